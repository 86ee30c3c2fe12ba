// What the function weighs and costs: `pnpm --filter @cruddur/post-confirmation bench`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@cruddur/db'
import { createDatabase, migrate, withDatabase } from '@cruddur/db/admin'
import { openThrowawayServer } from '@cruddur/postgres'
import { createHandler } from '../src/handler.ts'
import { createLog } from '../src/log.ts'
import { buildZip, startLambda, unpackLambda } from '../test/built-lambda.ts'
import { confirmation } from '../test/events.ts'
import { openProxy } from '../test/proxy.ts'
import { unzip } from '../test/unzip.ts'
import { inMs, type Line, median, printTable, timed } from './table.ts'

const initRounds = 25
const invokeRounds = 500

const lines = [...measureSizes(), ...(await measureInit()), ...(await measureInvoke())]
process.exitCode = printTable(lines) ? 0 : 1

function measureSizes(): Line[] {
  const zip = buildZip()
  const bundle = unzip(zip).get('lambda.mjs') ?? zip
  return [
    { what: 'lambda.mjs', value: `${(bundle.length / 1000).toFixed(1)} kB` },
    {
      what: 'post-confirmation.zip',
      value: `${(zip.length / 1000).toFixed(1)} kB`,
      floor: '≤ 60 kB',
      holds: zip.length <= 60_000,
    },
  ]
}

/** Ours and an empty handler in turn, so that both meet the same machine. */
async function measureInit(): Promise<Line[]> {
  const ours = unpackLambda()
  const empty = mkdtempSync(join(tmpdir(), 'empty-lambda-'))
  writeFileSync(join(empty, 'lambda.mjs'), 'export const handler = async (event) => event')
  const times: Record<'ours' | 'empty', number[]> = { ours: [], empty: [] }
  for (let round = 0; round < initRounds; round += 1) {
    times.empty.push(await initOf(empty))
    times.ours.push(await initOf(ours))
  }
  for (const folder of [ours, empty]) rmSync(folder, { recursive: true })
  const ratio = median(times.ours) / median(times.empty)
  return [
    { what: 'init, an empty handler', value: inMs(median(times.empty)) },
    {
      what: 'init',
      value: inMs(median(times.ours)),
      ratio: `${ratio.toFixed(2)} × empty`,
      floor: '≤ 2.5 × empty',
      holds: ratio <= 2.5,
    },
  ]
}

async function initOf(folder: string): Promise<number> {
  const lambda = await startLambda(folder, { CONNECTION_URL: 'postgres://a:b@127.0.0.1:1/c' })
  await lambda.stop()
  return lambda.initMs
}

async function measureInvoke(): Promise<Line[]> {
  const server = await openThrowawayServer()
  const url = withDatabase(server.url, 'bench')
  await createDatabase(url)
  await migrate(url)
  const { cold, warm, select } = await timeInvokes(url)
  const roundTrips = await countRoundTrips(url)
  await server.close()
  return [
    { what: 'invoke, the first: it connects', value: inMs(cold) },
    { what: 'select 1', value: inMs(select) },
    {
      what: 'invoke, warm, a new person',
      value: inMs(warm),
      ratio: `${(warm / select).toFixed(2)} × select 1`,
    },
    {
      what: 'round trips to Postgres, warm',
      value: String(roundTrips),
      floor: '1',
      holds: roundTrips === 1,
    },
  ]
}

/** New people one after the other, in turn with `select 1` on the same connection. */
async function timeInvokes(url: string) {
  const { db, close } = connect(url, { poolSize: 1 })
  const handler = createHandler({ db, log: createLog(() => {}) })
  const invoke = (n: number) => timed(() => handler(confirmation(`di-${n}`)))
  const cold = await invoke(-1)
  const [warm, select]: [number[], number[]] = [[], []]
  for (let n = 0; n < invokeRounds; n += 1) {
    warm.push(await invoke(n))
    select.push(await timed(() => db.execute('select 1')))
  }
  await close()
  return { cold, warm: median(warm), select: median(select) }
}

async function countRoundTrips(url: string): Promise<number> {
  const proxy = await openProxy(url)
  const { db, close } = connect(proxy.url, { poolSize: 1 })
  const handler = createHandler({ db, log: createLog(() => {}) })
  await handler(confirmation('ed'))
  const before = proxy.roundTrips()
  await handler(confirmation('fay'))
  const roundTrips = proxy.roundTrips() - before
  await close()
  proxy.close()
  return roundTrips
}
