import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Migration {
  /** The file's name without its ending: 0003_add_reposts. */
  tag: string
  /** What the journal orders by, and what the database remembers a migration by. */
  createdAt: number
  hash: string
  statements: string[]
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
    const text = readFileSync(join(folder, `${tag}.sql`), 'utf8')
    return {
      tag,
      createdAt: when,
      hash: createHash('sha256').update(text).digest('hex'),
      statements: text.split('--> statement-breakpoint').filter((part) => part.trim() !== ''),
      transactional: !text.startsWith(noTransaction),
    }
  })
}
