// What a command may do to a database and the API may not: kept out of index.ts, so that no
// bundle of an app carries it.

export { people, type SeedPerson } from '../seeds/people.ts'
export {
  findKeeper,
  findRoot,
  findUrls,
  readTarget,
  repositoryRoot,
  type Target,
  TargetError,
} from './cli/targets.ts'
export { openDb } from './client.ts'
export { describeTarget, isLoopback, readConnectionUrl } from './connection-url.ts'
export { createDatabase, databaseOf, dropDatabase, withDatabase } from './databases.ts'
export { readEnvFile } from './env-file.ts'
export { explain } from './explain.ts'
export { grantRoles } from './grants.ts'
export { inspectDatabase } from './inspect-database.ts'
export { MigrationError } from './journal.ts'
export { linkAccounts } from './link-accounts.ts'
export { type MigrateOptions, migrate } from './migrate.ts'
export { seed } from './seed.ts'
export { seedBulk } from './seed-bulk.ts'
export { openSession, type Session } from './session.ts'
export { type DatabaseShape, findShape } from './shape.ts'
