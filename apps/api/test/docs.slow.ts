import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestPool } from '@cruddur/auth/testing'
import { upsertPerson } from '@cruddur/db'
import { seed } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, type Page, whyNoBrowser } from './docs-browser.ts'
import type { Described } from './openapi-answers.ts'

const noBrowser = await whyNoBrowser()
if (noBrowser) process.stderr.write(`/docs is not tried in a browser: ${noBrowser}\n`)

const { url, db } = await cloneDatabase()
const pool = await createTestPool({ clientId: 'client1' })
const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

/** Stands in for Cognito: it has the pool’s keys. */
async function serveKeys(): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify(pool.jwks)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** The API as it is built, in a process of its own and a folder with nothing else. */
async function startBuiltApi(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-api-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  const build = resolve(import.meta.dirname, '../build.mjs')
  execFileSync(process.execPath, [build, '--outdir', folder], { cwd: folder })
  const child = spawn(process.execPath, [join(folder, 'node.mjs')], {
    cwd: folder,
    env: {
      PORT: '0',
      CONNECTION_URL: url,
      FRONTEND_URL: 'http://localhost:3000',
      AWS_COGNITO_USER_POOL_ID: pool.userPoolId,
      AWS_COGNITO_USER_POOL_CLIENT_ID: pool.clientId,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: await serveKeys(),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closers.push(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(() => ['it ended'])
  const [line] = await Promise.race([once(child.stdout, 'data'), ended])
  return `http://127.0.0.1:${/"port":(\d+)/.exec(String(line))?.[1]}`
}

describe.skipIf(noBrowser)('/docs in Chromium', () => {
  const asked: string[] = []
  const complaints: string[] = []
  let origin = ''
  let page: Page

  beforeAll(async () => {
    await seed(url)
    origin = await startBuiltApi()
    const browser = await openBrowser()
    closers.push(browser.close)
    page = await browser.newPage()
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text())
    })
    await page.goto(`${origin}/docs`)
    await page.locator('.opblock').first().waitFor()
  })

  /** Opens an operation and sends it as the page has filled it in; returns the answer shown. */
  async function tryOut(operationId: string) {
    const block = page.locator(`[id$="-${operationId}"].opblock`)
    await block.locator('.opblock-summary-control').click()
    await block.locator('button.execute').click()
    const answer = block.locator('.live-responses-table .response').first()
    await answer.waitFor()
    return {
      status: await answer.locator('.response-col_status').textContent(),
      body: await answer.locator('.highlight-code').first().textContent(),
    }
  }

  it('shows every operation of the document', async () => {
    const document: unknown = await (await fetch(`${origin}/openapi.json`)).json()
    const { paths } = document as Described
    const operations = Object.values(paths).flatMap((each) => Object.values(each))
    const ids = await page.locator('.opblock-summary-operation-id').allInnerTexts()
    expect(ids.toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted())
  })

  it('tries the home feed', async () => {
    const { status, body } = await tryOut('listHome')
    expect(status).toMatch(/^200/)
    expect(body).toContain('"handle": "londo"')
  })

  it('tries what needs a token with the one it is given', async () => {
    expect((await tryOut('getMe')).status).toMatch(/^401/)
    const sub = crypto.randomUUID()
    await upsertPerson(db, { sub, handle: 'di', name: 'Di' })
    await page.locator('.btn.authorize').first().click()
    await page.locator('.auth-container input').fill(await pool.sign({ sub }))
    await page.locator('.auth-btn-wrapper .btn.authorize').click()
    await page.locator('.auth-btn-wrapper .btn-done').click()
    const { status, body } = await tryOut('postCrud')
    expect(status).toMatch(/^200/)
    expect(body).toContain('"handle": "di"')
  })

  it('asks no other host for anything, and is refused nothing by its policy', () => {
    const elsewhere = asked.filter(
      (each) => !/^(data|blob):/.test(each) && new URL(each).origin !== origin,
    )
    expect(elsewhere).toEqual([])
    expect(asked).toContain(`${origin}/openapi.json`)
    expect(complaints.filter((each) => !each.includes('401'))).toEqual([])
  })
})
