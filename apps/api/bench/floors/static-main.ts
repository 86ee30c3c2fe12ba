// What Hono on Node can send at most: one text, ready, alone and with all the headers of our answer.
import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

interface Told {
  path: string
  text: string
  headers: Record<string, string>
}

const { path, text, headers }: Told = JSON.parse(readFileSync(0, 'utf8'))
const app = new Hono()
  .get(path, (c) => c.body(text, 200, { 'Content-Type': 'application/json' }))
  .get('/dressed', (c) => c.body(text, 200, headers))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (address) =>
  console.log(JSON.stringify(address)),
)
