import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Migration {
  /** The file's name without its ending: 0003_add_reposts. */
  tag: string
  /** What the journal orders by, and what the database remembers a migration by. */
  createdAt: number
  hash: string
  statements: string[]
  /** What undoes it, from down/<tag>.sql; empty where nobody wrote that file. */
  down: string[]
  /** False for a file that begins with the marker: its statements allow no transaction. */
  transactional: boolean
}

interface Journal {
  entries: { tag: string; when: number }[]
}

export const migrationsFolder = join(import.meta.dirname, '../migrations')

const noTransaction = '-- no transaction'

/** Every migration in the journal's order. The only place that knows drizzle-kit's layout. */
export function readMigrations(folder = migrationsFolder): Migration[] {
  const journal: Journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8'))
  return journal.entries.map(({ tag, when }) => {
    const text = readText(join(folder, `${tag}.sql`))
    const down = join(folder, 'down', `${tag}.sql`)
    return {
      tag,
      createdAt: when,
      hash: createHash('sha256').update(text).digest('hex'),
      statements: splitStatements(text),
      down: existsSync(down) ? splitStatements(readText(down)) : [],
      transactional: !text.startsWith(noTransaction),
    }
  })
}

/** A checkout on Windows may end its lines otherwise, which changes no migration. */
const readText = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')

const splitStatements = (text: string) =>
  text.split('--> statement-breakpoint').filter((part) => part.trim() !== '')
