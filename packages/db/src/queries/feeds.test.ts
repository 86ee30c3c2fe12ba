import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { connect } from '../client.ts'
import type { Position } from '../json-text.ts'
import { readJson } from '../read-json.testing.ts'
import { seed } from '../seed.ts'
import { cloneDatabase } from '../testing.ts'
import { insertCrud } from './activities.ts'
import { findProfile, findThread, listHome, type PageOf } from './feeds.ts'

const database = await cloneDatabase()
await seed(database.url)
const { db, session } = database

const read = <T>({ body }: PageOf<T[]>): T[] => readJson(body)

describe('the home feed', () => {
  it('answers live cruds with their authors, newest first, without replies', async () => {
    const cruds = read(await listHome(db, { limit: 50 }))
    expect(cruds).toHaveLength(12)
    expect(cruds[0]).toMatchObject({
      handle: 'londo',
      display_name: 'Londo Mollari',
      replies_count: 0,
      reply_to_activity_uuid: null,
    })
    const times = cruds.map((crud) => crud.created_at)
    expect(times).toEqual(times.toSorted().reverse())
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('leaves out a crud from the instant it expires', async () => {
    const [newest] = read(await listHome(db, { limit: 1 }))
    await session.query('update activities set expires_at = now() where uuid = $1', [newest?.uuid])
    const cruds = read(await listHome(db, { limit: 50 }))
    expect(cruds.map((crud) => crud.uuid)).not.toContain(newest?.uuid)
  })

  it('pages through cruds of one millisecond without a gap or a duplicate', async () => {
    await session.query("update activities set created_at = '2026-01-02T03:04:05.678Z'")
    const all = read(await listHome(db, { limit: 50 })).map((crud) => crud.uuid)
    const walked: string[] = []
    let after: Position | undefined
    do {
      const page = await listHome(db, { limit: 2, after })
      walked.push(...read(page).map((crud) => crud.uuid))
      after = page.next
    } while (after)
    expect(walked).toEqual(all)
  })

  it('is walked without a gap or a duplicate while another connection inserts', async () => {
    const sub = randomUUID()
    await session.query("update users set cognito_user_id = $1 where handle = 'bayko'", [sub])
    const writer = connect(database.url, { poolSize: 4 })
    const before = read(await listHome(db, { limit: 100 })).map((crud) => crud.uuid)
    let inserted = 0
    const insertMany = async () => {
      while (inserted < 1000) {
        inserted += 1
        await insertCrud(writer.db, { sub, message: `Crud ${inserted}`, ttlHours: 1 })
      }
    }
    const writing = Promise.all([insertMany(), insertMany(), insertMany(), insertMany()])
    const walks: string[][] = []
    do {
      const walked: string[] = []
      let after: Position | undefined
      do {
        const page = await listHome(db, { limit: 3, after })
        walked.push(...read(page).map((crud) => crud.uuid))
        after = page.next
      } while (after)
      walks.push(walked)
    } while (inserted < 1000)
    await writing
    await writer.close()
    for (const walked of walks) {
      expect(new Set(walked).size).toBe(walked.length)
      expect(walked).toEqual(expect.arrayContaining(before))
    }
    expect(read(await listHome(db, { limit: 100 }))).toHaveLength(100)
  })
})

describe('a profile', () => {
  it('has the person and their live cruds, whatever the letters’ case', async () => {
    const found = await findProfile(db, { handle: 'AndrewBrown', limit: 2 })
    const { profile, activities } = readJson(found?.body)
    expect(profile).toMatchObject({
      handle: 'andrewbrown',
      display_name: 'Andrew Brown',
      cruds_count: 3,
    })
    expect(activities).toHaveLength(2)
    const rest = await findProfile(db, { handle: 'andrewbrown', limit: 2, after: found?.next })
    expect(readJson(rest?.body).activities).toHaveLength(1)
    expect(rest?.next).toBeUndefined()
  })

  it('is there for a person who has written nothing, and for nobody else', async () => {
    await session.query("insert into users (handle, display_name) values ('quiet', 'Quiet')")
    const found = await findProfile(db, { handle: 'quiet', limit: 40 })
    expect(readJson(found?.body)).toMatchObject({
      profile: { bio: null, cruds_count: 0 },
      activities: [],
    })
    expect(await findProfile(db, { handle: 'nobody', limit: 40 })).toBeUndefined()
  })
})

describe('a crud with its replies', () => {
  const find = (uuid: string, handle?: string) =>
    findThread(db, { uuid, limit: 50, ...(handle === undefined ? {} : { handle }) })
  const uuidOf = async (message: string) => {
    const [row] = await session.query<{ uuid: string }>(
      'select uuid from activities where message like $1',
      [`${message}%`],
    )
    return row?.uuid ?? ''
  }

  it('has its replies, and is found under its author’s handle only', async () => {
    const uuid = await uuidOf('Opened port 5432')
    const found = readJson((await find(uuid, 'ANDREWBROWN'))?.body)
    expect(found.activity).toMatchObject({ uuid, replies_count: 2 })
    expect(found.replies).toHaveLength(2)
    expect(found.replies[0]).toMatchObject({ reply_to_activity_uuid: uuid })
    expect(await find(uuid, 'londo')).toBeUndefined()
    expect(await find(uuid)).toBeDefined()
  })

  it('is gone with all of it when it expires', async () => {
    const uuid = await uuidOf('Opened port 5432')
    await session.query(
      'update activities set expires_at = now() where uuid = $1 or reply_to_activity_uuid = $1',
      [uuid],
    )
    expect(await find(uuid)).toBeUndefined()
    expect(await find(await uuidOf('Nice try.'))).toBeUndefined()
  })
})
