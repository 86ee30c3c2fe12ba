import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { createWorkerApi } from './worker-api.ts'

const { url, session } = await cloneDatabase()
const settings = {
  FRONTEND_URL: 'http://localhost:3000',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_Test1',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
}
const listConnections = () =>
  session.query(`select application_name from pg_stat_activity
    where datname = current_database() and application_name like 'cruddur-api%'`)

it('prefers Hyperdrive, and leaves no connection behind a request or a sweep', async () => {
  const lines: string[] = []
  const bindings = { ...settings, CONNECTION_URL: 'postgres://nobody@127.0.0.1:9/none' }
  const api = createWorkerApi({ ...bindings, HYPERDRIVE: { connectionString: url } }, (line) =>
    lines.push(line),
  )
  const waited: Promise<unknown>[] = []
  const waitUntil = (promise: Promise<unknown>) => void waited.push(promise)
  const context = { waitUntil, passThroughOnException() {}, props: {} }
  const request = new Request('https://api.cruddur.com/api/activities/home')
  expect((await api.fetch(request, context)).status).toBe(200)
  expect(waited).toHaveLength(1)
  await Promise.all(waited)
  await api.sweep()
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['request', 'swept'])
  await expect.poll(listConnections, { timeout: 60_000 }).toEqual([])
})

it('says what its bindings lack', () => {
  expect(() => createWorkerApi({ ...settings }, () => {})).toThrow(/CONNECTION_URL is missing/)
})
