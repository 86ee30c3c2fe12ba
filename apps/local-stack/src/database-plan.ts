import type { DatabaseShape } from '@cruddur/db/admin'

type DatabasePlan = 'migrate and seed' | 'leave as it is' | { refusal: string }

/** What may be done to a database: changed only where nothing keeps it, and it is empty or ours. */
export function planDatabase(shape: DatabaseShape, kept: string | undefined): DatabasePlan {
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
      if (!kept) return 'migrate and seed'
      return {
        refusal:
          `It is empty, and dev never migrates or seeds a database ${kept}. ` +
          'Nothing was started: `pnpm db migrate` does it, if you mean to.',
      }
    case 'ours':
      return kept ? 'leave as it is' : 'migrate and seed'
  }
}
