// What Hono on Node can send at most: one text, ready.
import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const { path, text }: { path: string; text: string } = JSON.parse(readFileSync(0, 'utf8'))
const app = new Hono().get(path, (c) => c.body(text, 200, { 'Content-Type': 'application/json' }))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (address) =>
  console.log(JSON.stringify(address)),
)
