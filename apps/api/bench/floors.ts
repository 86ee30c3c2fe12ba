import { installTool } from '@cruddur/test-suite/install-tool'
import { startFloor } from './processes.ts'
import type { Questions } from './questions.ts'
import type { Person, World } from './world.ts'

export type Servers = Awaited<ReturnType<typeof startServers>>

const homePath = '/api/activities/home'

/** The API, and beside it all that it is measured against. */
export async function startServers(
  world: World,
  connectionUrl: string,
  questions: Questions,
  profileFolder?: string,
) {
  const profiling = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []
  const api = await world.startApi(connectionUrl, profiling)
  const home = await fetch(`http://127.0.0.1:${api.port}${homePath}`)
  const [bare, still, fastify] = await Promise.all([
    startFloor('bare', {
      connectionUrl,
      reads: questions.statements,
      ...questions.writes,
      subOf: subsOf(world.people),
    }),
    startFloor('static', { path: homePath, text: await home.text(), headers: headersOf(home) }),
    startFloor('fastify', {
      connectionUrl,
      path: questions.paths.uncached.split('?')[0],
      fastify: await installTool('fastify', '5.12.8'),
      pg: await installTool('pg', '8.23.1'),
    }),
  ])
  const close = () => Promise.all([api, bare, still, fastify].map((server) => server.close()))
  return { api, bare, static: still, fastify, dressed: still, close }
}

/** Those that are ours; the rest Node writes by itself. */
const headersOf = ({ headers }: Response) =>
  Object.fromEntries(
    [...headers].filter(([name]) => !/^(date|connection|keep-alive|content-length)$/.test(name)),
  )

const subsOf = (people: Person[]) =>
  Object.fromEntries(people.map(({ authorization, sub }) => [authorization, sub]))
