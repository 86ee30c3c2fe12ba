import { randomUUID } from 'node:crypto'
import { openThrowawayServer } from '@cruddur/postgres'
import type { TestProject } from 'vitest/node'
import { readConnectionUrl } from './connection-url.ts'
import { keepContainer } from './container-keeper.ts'
import { createDatabase, dropDatabase, onServer, withDatabase } from './databases.ts'
import { explain } from './explain.ts'
import { migrate } from './migrate.ts'
import { quoteName } from './session.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Tests that give the app a URL give it the pooler’s, where there is one. */
    testServer: { url: string; template: string; poolerUrl?: string | undefined }
  }
}

interface TestServer {
  url: string
  /** What was taken, and why: the first line of a test run. */
  choice: string
  close(): Promise<void>
}

/** vitest's global set-up: one server a run, one migrated template, from which each file clones. */
export default async function setUp(project: Pick<TestProject, 'provide'>) {
  const server = await openTestServer()
  const template = `cruddur_template_${process.pid}_${Date.now().toString(36)}`
  const templateUrl = withDatabase(server.url, template)
  try {
    await createDatabase(templateUrl)
    await migrate(templateUrl)
    await onServer(templateUrl, (query) =>
      query(`alter database ${quoteName(template)} allow_connections false`),
    )
  } catch (error) {
    await server.close()
    throw new Error(`${server.choice} cannot be used. ${explain(error, server.url)}`, {
      cause: error,
    })
  }
  process.stderr.write(`Postgres for these tests: ${server.choice}\n`)
  const poolerUrl = process.env.TEST_POOLER_URL
  project.provide('testServer', { url: server.url, template, poolerUrl })
  return async () => {
    await dropDatabase(templateUrl)
    await server.close()
  }
}

async function openTestServer(): Promise<TestServer> {
  const given = process.env.TEST_CONNECTION_URL
  if (given) {
    readConnectionUrl(given, 'TEST_CONNECTION_URL')
    return { url: given, choice: 'TEST_CONNECTION_URL, because it is set', close: async () => {} }
  }
  const container = await openContainer()
  if (typeof container !== 'string') return container
  const embedded = await openThrowawayServer()
  return { ...embedded, choice: `embedded ${embedded.version}, because ${container}` }
}

/** A server in Docker, or why there is none. */
async function openContainer(): Promise<TestServer | string> {
  const image = process.env.TESTCONTAINERS_POSTGRES_IMAGE || 'postgres:18-alpine'
  // In a container it would take the engine’s gateway, to us another machine, which must speak TLS.
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1'
  const { getContainerRuntimeClient } = await import('testcontainers')
  const engine = await getContainerRuntimeClient().catch(() => undefined)
  if (!engine) return 'no Docker engine answers'
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const name = `cruddur-test-${randomUUID()}`
  // Before the start: a run may be killed while it waits for the container.
  keepContainer(engine, name)
  try {
    const container = await new PostgreSqlContainer(image)
      .withName(name)
      .withPassword(randomUUID())
      .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
      .withStartupTimeout(60_000)
      .start()
    return {
      url: container.getConnectionUri(),
      choice: `Testcontainers (${image}), because a Docker engine answers`,
      close: async () => {
        await container.stop()
      },
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `Docker cannot provide ${image} (${reason})`
  }
}
