import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { byHands, openBuiltApi } from './run-api.ts'

const { url, session } = await cloneDatabase()
const { start, signUp } = await openBuiltApi()

it('loses nothing and writes nothing twice while 100 backends are killed', async () => {
  const api = await start(url)
  const di = await signUp(url, 'di')
  const send = async (path: string, body: object) => {
    const response = await fetch(`${api.base}${path}`, {
      method: 'POST',
      headers: { ...di.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer: { uuid?: string } = Object(await response.json())
    return { status: response.status, body: answer, headers: response.headers }
  }
  const crud = await send('/api/activities', { message: 'What all answer', ttl: '7-days' })
  expect(crud.status).toBe(200)

  let done = 0
  let killed = 0
  const killing = (async () => {
    while (killed < 100 && done < 1000) {
      // A kill for about every tenth request, so that they are spread over the whole load.
      if (killed * 10 <= done) {
        const rows = await session.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'cruddur-api' and datname = current_database()
           order by random() limit 1`,
        )
        killed += rows.length
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const sent = await byHands(1000, 20, async (n) => {
    const answer =
      n % 2 === 0
        ? await send('/api/activities', { message: `Crud ${n}`, ttl: '1-day' })
        : await send(`/api/activities/${crud.body.uuid}/reply`, { message: `Reply ${n}` })
    done += 1
    return answer
  })
  await killing

  const failed = sent.filter(({ status }) => status !== 200)
  process.stderr.write(`${killed} backends killed, ${failed.length} of 1000 requests failed\n`)
  for (const { status, body, headers } of failed) {
    expect({ status, body }).toEqual({ status: 503, body: ['unavailable'] })
    expect(headers.get('retry-after')).toMatch(/^\d+$/)
  }
  expect(killed).toBeGreaterThan(80)
  expect(failed.length).toBeLessThanOrEqual(killed)
  const rows = await session.query<{ uuid: string; message: string }>(
    'select uuid, message from activities',
  )
  expect(new Set(rows.map(({ message }) => message)).size).toBe(rows.length)
  const kept = new Set(rows.map(({ uuid }) => uuid))
  const lost = sent.filter(({ status, body }) => status === 200 && !kept.has(body.uuid ?? ''))
  expect(lost).toEqual([])
  const [counts] = await session.query(
    `select replies_count::int as said, (select count(*)::int from activities as reply
       where reply.reply_to_activity_uuid = crud.uuid) as real
     from activities as crud where uuid = $1`,
    [crud.body.uuid],
  )
  expect(counts?.said).toBe(counts?.real)
  expect(api.child.exitCode).toBeNull()
})
