import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { type ConnectOptions, connect, type Database } from './client.ts'
import { dropDatabase, onServer, withDatabase } from './databases.ts'
import { openSession, quoteName, type Session } from './session.ts'
import './test-server.ts'

export interface TestDatabase extends Database {
  url: string
  /** A connection of its own, for what a test must do behind the app's back. */
  session: Session
}

/** A migrated, empty database for the calling test file alone; it goes when the file ends. */
export async function cloneDatabase(options: ConnectOptions = {}): Promise<TestDatabase> {
  const { url: serverUrl, template, poolerUrl = serverUrl } = inject('testServer')
  const name = template.replace('template', `test_${randomUUID().slice(0, 8)}`)
  const directUrl = withDatabase(serverUrl, name)
  const url = withDatabase(poolerUrl, name)
  await onServer(serverUrl, (query) =>
    query(`create database ${quoteName(name)} template ${quoteName(template)}`),
  )
  const database = connect(url, options)
  const session = openSession(directUrl)
  afterAll(async () => {
    await Promise.all([database.close(), session.close()])
    await dropDatabase(directUrl)
  })
  return { ...database, url, session }
}
