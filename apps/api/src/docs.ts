import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Context, Hono } from 'hono'
import { page, policy, start } from './docs-page.ts'
import type { ErrorCode } from './http/errors.ts'
import { isNamedBy, tagOf } from './http/etag.ts'

const types = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

/** Where the build put the files, or else the package that has them. */
function assetsFolder(): string {
  const built = join(import.meta.dirname, 'docs')
  if (existsSync(built)) return built
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
}

interface Asset {
  type: string
  plain: Uint8Array<ArrayBuffer>
  zipped: Uint8Array<ArrayBuffer>
  tag: string
}

async function createAsset(type: string, plain: Uint8Array<ArrayBuffer>): Promise<Asset> {
  const zipped = new Uint8Array(await promisify(gzip)(plain))
  return { type, plain, zipped, tag: await tagOf(plain) }
}

async function readAssets(): Promise<Map<string, Asset>> {
  const folder = assetsFolder()
  const own = (type: string, text: string) => createAsset(type, new TextEncoder().encode(text))
  const files = Object.entries(types).map(async ([name, type]) => {
    const content = await readFile(join(folder, name))
    return [`/docs/${name}`, await createAsset(type, new Uint8Array(content))] as const
  })
  return new Map([
    ['/docs', await own('text/html; charset=utf-8', page)],
    ['/docs/start.js', await own('text/javascript; charset=utf-8', start)],
    ...(await Promise.all(files)),
  ])
}

/** The interactive reference, for Node: nothing of it comes from another host. */
export function createDocs() {
  // Read when somebody first looks; they do not change while this process runs.
  let assets: Promise<Map<string, Asset>> | undefined
  const send = async (c: Context) => {
    assets ??= readAssets()
    const asset = (await assets).get(c.req.path)
    return asset ? sendAsset(c, asset) : c.json(['not_found' satisfies ErrorCode], 404)
  }
  return new Hono()
    .get('/docs', send)
    .get('/docs/', (c) => c.redirect('/docs', 308))
    .get('/docs/:file', send)
}

function sendAsset(c: Context, { type, plain, zipped, tag }: Asset) {
  c.header('Cache-Control', 'public, no-cache')
  // Weak: the same whether it is compressed or not.
  c.header('ETag', `W/${tag}`)
  c.header('Vary', 'Origin, Accept-Encoding')
  c.header('Content-Security-Policy', policy)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Referrer-Policy', 'no-referrer')
  if (isNamedBy(c.req.header('if-none-match'), tag)) return c.body(null, 304)
  c.header('Content-Type', type)
  if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(plain)
  c.header('Content-Encoding', 'gzip')
  return c.body(zipped)
}
