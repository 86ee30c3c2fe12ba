import { openSession } from '@cruddur/db/admin'

/** Commits a second from so many connections: of a record in the log and nothing else. */
export async function measureCommits(connectionUrl: string, connections: number, seconds: number) {
  const sessions = Array.from({ length: connections }, () => openSession(connectionUrl))
  const end = performance.now() + seconds * 1000
  const counts = await Promise.all(
    sessions.map(async ({ query }) => {
      let count = 0
      for (; performance.now() < end; count++) {
        await query("select pg_logical_emit_message(true, 'bench', 'a commit')")
      }
      return count
    }),
  )
  await Promise.all(sessions.map((session) => session.close()))
  return counts.reduce((sum, count) => sum + count) / seconds
}
