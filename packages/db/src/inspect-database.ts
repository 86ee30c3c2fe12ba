import { openSession } from './session.ts'
import { type DatabaseShape, findShape } from './shape.ts'

/** What runs there, and what it holds. */
export async function inspectDatabase(
  url: string,
): Promise<{ shape: DatabaseShape; version: string }> {
  const session = openSession(url)
  try {
    const [server] = await session.query<{ version: string }>(
      `select split_part(current_setting('server_version'), ' ', 1) as version`,
    )
    return { shape: await findShape(session), version: server?.version ?? '' }
  } finally {
    await session.close()
  }
}
