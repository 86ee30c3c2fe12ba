import type { DatabaseShape } from '@cruddur/db/admin'

type DatabasePlan = 'migrate and seed' | 'leave as it is' | { refusal: string }

/** What may be done to a database: changed only where it is this machine's, and empty or ours. */
export function planDatabase(shape: DatabaseShape, loopback: boolean): DatabasePlan {
  switch (shape) {
    case 'bootcamp':
      return {
        refusal:
          'It has the tables of the bootcamp’s own back end. Nothing was changed or started: ' +
          '`pnpm db adopt` takes it over without losing a row.',
      }
    case 'foreign':
      return {
        refusal:
          'It has tables that are not Cruddur’s. Nothing was changed or started: ' +
          'name an empty database in CONNECTION_URL.',
      }
    case 'empty':
      if (loopback) return 'migrate and seed'
      return {
        refusal:
          'It is empty, and dev never migrates or seeds a database on another machine. ' +
          'Nothing was started: `pnpm db migrate` does it, if you mean to.',
      }
    case 'ours':
      return loopback ? 'migrate and seed' : 'leave as it is'
  }
}
