// The peer: fastify with a response schema, and rows of pg that it maps and serialises.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Told {
  connectionUrl: string
  path: string
  fastify: string
  pg: string
}

const told: Told = JSON.parse(readFileSync(0, 'utf8'))
const importFrom = async (...parts: string[]) =>
  (await import(pathToFileURL(join(...parts)).href)).default
const fastify = await importFrom(told.fastify, 'fastify', 'fastify.js')
const pg = await importFrom(told.pg, 'pg', 'lib', 'index.js')

const text = `select a.uuid, u.handle, u.display_name, a.message, a.created_at, a.expires_at,
    a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid
  from activities a join users u on u.uuid = a.user_uuid
  where a.reply_to_activity_uuid is null and (a.expires_at is null or a.expires_at > now())
  order by a.created_at desc, a.uuid desc limit 51`

const nullable = { type: 'string', nullable: true }
const properties = {
  uuid: { type: 'string' },
  handle: { type: 'string' },
  display_name: { type: 'string' },
  message: { type: 'string' },
  created_at: { type: 'string' },
  expires_at: nullable,
  replies_count: { type: 'integer' },
  reposts_count: { type: 'integer' },
  likes_count: { type: 'integer' },
  reply_to_activity_uuid: nullable,
}
const schema = { response: { 200: { type: 'array', items: { type: 'object', properties } } } }

interface Row {
  created_at: Date
  expires_at: Date | null
}

const pool = new pg.Pool({ connectionString: told.connectionUrl, max: 10 })
const app = fastify()
app.get(told.path, { schema }, async () => {
  const { rows }: { rows: Row[] } = await pool.query({ name: 'home', text })
  return rows.slice(0, 50).map((row) => ({
    ...row,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
  }))
})
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(JSON.stringify(app.server.address()))
