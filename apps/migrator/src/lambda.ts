import { grantRoles, migrate } from '@cruddur/db/admin'

interface Order {
  /** The first time, and whenever rights change: makes the roles, of which the migrator’s is one. */
  administratorUrl?: string
}

/** Brings the database up to the newest migration: invoked before the code that needs it is deployed. */
export async function handler(order: Order | null): Promise<{ applied: string[] }> {
  const { administratorUrl } = order ?? {}
  if (administratorUrl) await grantRoles(administratorUrl)
  const applied = await migrate(process.env.CONNECTION_URL ?? '')
  // What each role may do is said table by table, the new ones too.
  const { left = [] } = administratorUrl ? await grantRoles(administratorUrl) : {}
  if (left.length > 0) {
    throw new Error(
      `The database is migrated, but the API’s role can still ${left.join(' and ')}: hand over the URL of the database’s owner.`,
    )
  }
  return { applied: applied.map(({ tag }) => tag) }
}
