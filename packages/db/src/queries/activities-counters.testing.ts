import { randomUUID } from 'node:crypto'
import type { JsonText } from '../json-text.ts'
import { cloneDatabase } from '../testing.ts'
import { type Activity, insertCrud, insertReply } from './activities.ts'
import { deleteActivity } from './activities-delete.ts'

/** People who reply to each other and delete, all at once, and what the counters say afterwards. */
export async function openCrowd() {
  const { db, session } = await cloneDatabase({ deadlineMs: 60_000 })

  async function signUp(handle: string) {
    const sub = randomUUID()
    await session.query(
      'insert into users (handle, display_name, cognito_user_id) values ($1, $1, $2)',
      [handle, sub],
    )
    return sub
  }
  const subs = await Promise.all(['ann', 'bea', 'cy', 'di', 'ed'].map(signUp))
  const subOf = (n: number) => subs[n % subs.length] ?? ''
  const uuidOf = (text: JsonText<Activity> | undefined) =>
    text === undefined ? undefined : (JSON.parse(text) as Activity).uuid

  const crud = async (n: number) =>
    uuidOf(await insertCrud(db, { sub: subOf(n), message: `Crud ${n}`, ttlHours: 1 })) ?? ''
  const reply = async (n: number, replyTo: string) =>
    uuidOf(await insertReply(db, { sub: subOf(n), message: `Reply ${n}`, replyTo }))
  const remove = (n: number, uuid: string) => deleteActivity(db, { sub: subOf(n), uuid })

  /**
   * `total` replies to four cruds, every third to a reply; each second one is deleted again, and
   * now and then what was answered is deleted at the same moment.
   */
  async function argue(total: number) {
    const cruds = await Promise.all([0, 1, 2, 3].map(crud))
    const recent: { n: number; uuid: string }[] = []
    await Promise.all(
      Array.from({ length: total }, async (_, n) => {
        const above = n % 3 === 0 ? recent.at(-1 - (n % 7)) : undefined
        const uuid = await reply(n, above?.uuid ?? cruds[n % 4] ?? '')
        if (uuid === undefined) return
        recent.push({ n, uuid })
        if (n % 2 === 0) return
        await Promise.all([
          remove(n, uuid),
          n % 5 === 0 && above ? remove(above.n, above.uuid) : undefined,
        ])
      }),
    )
  }

  const countMiscounted = async () => {
    const [row] = await session.query(
      `select count(*)::int as activities, count(*) filter (where replies_count <> (
         select count(*) from activities as reply
         where reply.reply_to_activity_uuid = activities.uuid))::int as miscounted
       from activities`,
    )
    return row
  }

  return { db, session, subOf, crud, reply, remove, argue, countMiscounted }
}
