import { grantRoles, migrate } from '@cruddur/db/admin'

interface Order {
  /** The first time, and whenever rights change: makes the roles, of which the migrator’s is one. */
  administratorUrl?: string
}

/** Brings the database up to the newest migration: invoked before the code that needs it is deployed. */
export async function handler({ administratorUrl }: Order = {}): Promise<{ applied: string[] }> {
  if (administratorUrl) await grantRoles(administratorUrl)
  const applied = await migrate(process.env.CONNECTION_URL ?? '')
  // What each role may do is said table by table, the new ones too.
  if (administratorUrl) await grantRoles(administratorUrl)
  return { applied: applied.map(({ tag }) => tag) }
}
