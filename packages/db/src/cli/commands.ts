import { adoptCommand } from './adopt.ts'
import type { Alias, Command } from './command.ts'
import { connectCommand } from './connect.ts'
import { createCommand } from './create.ts'
import { describeCommand } from './describe.ts'
import { doctorCommand } from './doctor.ts'
import { dropCommand } from './drop.ts'
import { grantCommand } from './grant.ts'
import { migrateCommand } from './migrate.ts'
import { reconcileCommand } from './reconcile.ts'
import { removePersonCommand } from './remove-person.ts'
import { rollbackCommand } from './rollback.ts'
import { seedCommand } from './seed.ts'
import { sessionsCommand } from './sessions.ts'
import { setupCommand } from './setup.ts'
import { sqlCommand } from './sql.ts'
import { statusCommand } from './status.ts'
import { studioCommand } from './studio.ts'
import { sweepCommand } from './sweep.ts'
import { tablesCommand } from './tables.ts'

/** In the order of the help. A Map, so that `toString` is no command. */
export const commands = new Map<string, Command | Alias>([
  ['create', createCommand],
  ['migrate', migrateCommand],
  ['schema-load', { now: 'migrate' }],
  ['status', statusCommand],
  ['rollback', rollbackCommand],
  ['adopt', adoptCommand],
  ['seed', seedCommand],
  ['setup', setupCommand],
  ['drop', dropCommand],
  ['sweep', sweepCommand],
  ['reconcile', reconcileCommand],
  ['remove-person', removePersonCommand],
  ['grant', grantCommand],
  ['connect', connectCommand],
  ['sql', sqlCommand],
  ['tables', tablesCommand],
  ['describe', describeCommand],
  ['studio', studioCommand],
  ['sessions', sessionsCommand],
  ['doctor', doctorCommand],
])
