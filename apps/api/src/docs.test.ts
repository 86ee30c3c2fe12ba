import { requestId } from 'hono/request-id'
import { describe, expect, it } from 'vitest'
import { openApi } from '../test/harness.ts'
import { createDocs } from './docs.ts'
import { createRouter } from './http/context.ts'

const app = createRouter().use(requestId()).route('/', createDocs())
const plain = { 'accept-encoding': 'identity' }
const get = (path: string, headers: Record<string, string> = plain) =>
  app.request(path, { headers })

describe('GET /docs', () => {
  it('is a page that names no other host and has no inline script or style', async () => {
    const response = await get('/docs')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await response.text()
    expect(html).not.toMatch(/https?:|style=|<style|<script>|\son\w+=/)
    for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/docs[^"]+)"/g)) {
      expect((await get(path)).status).toBe(200)
    }
  })

  it('lets the page load and ask nothing but its own server', async () => {
    const policy = (await get('/docs')).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("connect-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })

  it('is found with a slash behind it, too', async () => {
    const response = await get('/docs/')
    expect(response.status).toBe(308)
    expect(response.headers.get('location')).toBe('/docs')
  })
})

describe('its files', () => {
  it.each([
    ['start.js', 'text/javascript; charset=utf-8', "url: '/openapi.json'"],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8', 'SwaggerUIBundle'],
    ['swagger-ui.css', 'text/css; charset=utf-8', '.swagger-ui'],
    ['favicon-32x32.png', 'image/png', 'PNG'],
  ])('%s is itself, compressed or not', async (name, type, content) => {
    const path = `/docs/${name}`
    const [whole, zipped] = [await get(path), await get(path, { 'accept-encoding': 'br, gzip' })]
    expect(whole.headers.get('content-type')).toBe(type)
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
    expect(whole.headers.get('vary')).toBe('Origin, Accept-Encoding')
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    const text = await whole.text()
    expect(text).toContain(content)
    const unzipped = zipped.body?.pipeThrough(new DecompressionStream('gzip'))
    expect(await new Response(unzipped ?? null).text()).toBe(text)
  })

  it('are not sent again to whoever has them', async () => {
    const tag = (await get('/docs/swagger-ui-bundle.js')).headers.get('etag') ?? ''
    const again = await get('/docs/swagger-ui-bundle.js', { 'if-none-match': tag })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  it.each(['package.json', 'index.html', '..%2fpackage.json', '%2e%2e/package.json', 'x/y'])(
    '%s is none of them',
    async (name) => expect((await get(`/docs/${name}`)).status).toBe(404),
  )
})

it('is Node’s alone: the app itself has no /docs', async () => {
  const api = await openApi()
  const response = await api.get('/docs')
  expect(response.status).toBe(404)
  expect(await response.json()).toEqual(['not_found'])
})
