import { measureVerify } from './auth-figures.ts'
import type { readFlags } from './flags.ts'
import { type Servers, startServers } from './floors.ts'
import { runPgbench } from './pgbench.ts'
import { measureLambda, measureMemory, measureStart } from './process-figures.ts'
import type { Driver } from './processes.ts'
import { type Questions, readQuestions } from './questions.ts'
import type { Report } from './report.ts'
import { type Figure, measureRounds, medianOf, type Pace } from './rounds.ts'
import { growthOf, measureScale } from './scale.ts'
import { type Bound, boundsOf, listScenarios, runsOf } from './scenarios.ts'
import type { World } from './world.ts'

interface Bench {
  world: World
  drive: Driver
  flags: ReturnType<typeof readFlags>
}

export async function measureAll({ world, drive, flags }: Bench): Promise<Report> {
  const { size, pace, only, quick } = flags
  const url = await world.openDatabase(size)
  const questions = await readQuestions(url, size, world.people)
  const servers = await startServers(world, url, questions, flags.profile)
  const scenarios = listScenarios(questions, await readTags(servers, questions))
  const wanted = scenarios.filter(({ name }) => name.includes(only ?? ''))
  const figures = await measureRounds(drive, pace, runsOf(wanted, servers))
  const bounds = boundsOf(figures)
  if (!only) {
    const tails = await measureTails(drive, pace, servers, questions)
    figures.push(...tails)
    bounds.push(...tails.map(tailOf), ...measureDisk(world.folder, url, pace, figures))
  }
  await servers.close()
  if (!only) bounds.push(...(await measureProcess({ world, drive, flags }, url, questions)))
  const isLarge = !only && !quick && size >= 1_000_000
  const scale = isLarge ? await measureScale(world, drive, pace, [1_000, 100_000, size]) : []
  bounds.push(...growthOf(scale))
  return { size, node: process.version, rounds: pace.rounds, figures, bounds, scale }
}

async function readTags({ api }: Servers, { paths }: Questions) {
  const tagOf = async (path: string) =>
    (await fetch(`http://127.0.0.1:${api.port}${path}`)).headers.get('etag') ?? ''
  return { hot: await tagOf('/api/activities/home'), uncached: await tagOf(paths.uncached) }
}

/**
 * At seven tenths of what the API can do, each request sent when it is due. What it can do is asked
 * anew just before: a machine that others share is a third faster or slower a minute later.
 */
async function measureTails(
  drive: Driver,
  pace: Pace,
  { api: server }: Servers,
  { requests }: Questions,
): Promise<Figure[]> {
  const kinds = { 'home, uncached': requests.uncached, 'mixed, 90 % reads': requests.mixed }
  const once = { ...pace, rounds: 1 }
  const figures: Figure[] = []
  for (const [name, asked] of Object.entries(kinds)) {
    const run = { scenario: `${name}, 70 %`, by: 'api', server, requests: asked }
    const paced: Figure[] = []
    for (let round = 0; round < pace.rounds; round++) {
      const [most] = await measureRounds(drive, once, [run])
      const rate = 0.7 * (most?.perSecond ?? 0)
      paced.push(...(await measureRounds(drive, once, [{ ...run, rate, connections: 100 }])))
    }
    figures.push(medianOf(paced))
  }
  return figures
}

const tailOf = ({ scenario, p50Ms, p99Ms }: Figure): Bound => ({
  what: `${scenario}: p99 against p50`,
  value: p99Ms / p50Ms,
  atMost: 4,
  unit: '×',
})

/** A commit and nothing else: a record in the log, of no table. */
const commit = { text: "select pg_logical_emit_message(true, 'bench', 'a commit')", parameters: [] }

/** What of the disk’s commits posts are, where pgbench is installed. */
function measureDisk(folder: string, url: string, { seconds }: Pace, figures: Figure[]): Bound[] {
  const posts = figures.find(({ scenario, by }) => scenario === 'post a crud' && by === 'api')
  return [1, 10].flatMap((clients) => {
    const value = runPgbench(folder, url, commit, { seconds: Math.ceil(seconds), clients })
    if (value === undefined) return []
    const share = (posts?.perSecond ?? Number.NaN) / value
    return [
      { what: `commits, ${clients} at a time`, value, unit: '/s' },
      { what: 'post a crud, against these', value: share, unit: '×' },
    ]
  })
}

async function measureProcess(
  { world, drive, flags }: Bench,
  url: string,
  { requests, statements, paths }: Questions,
): Promise<Bound[]> {
  const { quick, soakSeconds: seconds } = flags
  const rounds = quick ? 3 : 9
  const soak = {
    world,
    connectionUrl: url,
    drive,
    requests: [requests.hot, requests.uncached, requests.mixed],
  }
  const { most, growth } = await measureMemory({ ...soak, connections: 32, seconds })
  const crowd = await measureMemory({ ...soak, connections: 500, seconds: seconds / 10 })
  const statement = statements[paths.uncached]
  const perSecond =
    statement && runPgbench(world.folder, url, statement, { seconds: quick ? 1 : 10 })
  return [
    await measureStart(world, url, rounds),
    ...(await measureLambda(world, url, rounds)),
    { what: 'memory at full load', value: most, atMost: 130, unit: 'MB' },
    { what: `growth in the last half of ${Math.round(seconds)} s`, value: growth, unit: 'MB' },
    { what: 'memory under 500 clients', value: crowd.most, unit: 'MB' },
    ...(await measureVerify()),
    ...(perSecond
      ? [{ what: 'pgbench, the statement of home', value: perSecond, unit: '/s' }]
      : []),
  ]
}
