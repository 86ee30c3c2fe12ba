import { openSession, type Session } from './session.ts'
import { type DatabaseShape, findShape } from './shape.ts'

/** What runs there, and what it holds. */
export async function inspectDatabase(
  url: string,
): Promise<{ shape: DatabaseShape; version: string; onRds: boolean }> {
  const session = openSession(url)
  try {
    const [server] = await session.query<{ version: string }>(
      `select split_part(current_setting('server_version'), ' ', 1) as version`,
    )
    return {
      shape: await findShape(session),
      version: server?.version ?? '',
      onRds: await isOnRds(session),
    }
  } finally {
    await session.close()
  }
}

/** Whatever host we dialled: the near end of a tunnel is on this machine. */
export async function isOnRds({ query }: Session): Promise<boolean> {
  const [found] = await query<{ is: boolean }>(
    "select current_setting('rds.extensions', true) is not null as is",
  )
  return found?.is === true
}
