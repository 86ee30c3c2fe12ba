import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installTool } from '@cruddur/test-suite/install-tool'

const installPlaywright = () => installTool('playwright-core', '1.65.1')
const chromium = '/usr/bin/chromium'

/** As much of playwright-core as these tests call: it is not there to be compiled against. */
interface Locator {
  click(): Promise<void>
  fill(text: string): Promise<void>
  count(): Promise<number>
  textContent(): Promise<string | null>
  allInnerTexts(): Promise<string[]>
  first(): Locator
  locator(selector: string): Locator
  waitFor(): Promise<void>
}

export interface Page {
  goto(url: string): Promise<unknown>
  locator(selector: string): Locator
  getByRole(role: string, options: { name: string | RegExp }): Locator
  on(event: 'request', listener: (request: { url(): string }) => void): void
  on(event: 'console', listener: (line: { type(): string; text(): string }) => void): void
  on(event: 'pageerror', listener: (error: Error) => void): void
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>
  setViewportSize(size: { width: number; height: number }): Promise<void>
}

interface Playwright {
  chromium: {
    launchPersistentContext(
      userData: string,
      options: { executablePath: string; headless: boolean; args: string[] },
    ): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
  }
}

/** Installs what drives a browser; returns why there is none, if so. */
export async function whyNoBrowser(): Promise<string | undefined> {
  if (!existsSync(chromium)) return `there is no ${chromium}: apt-get install chromium`
  return installPlaywright().then(
    () => undefined,
    (error: unknown) => `playwright-core cannot be installed: ${error}`,
  )
}

/** Chromium without a window, with nothing of its own to say to anybody. */
export async function openBrowser() {
  const library = join(await installPlaywright(), 'playwright-core/index.mjs')
  // It is not there to be compiled against.
  const { chromium: launcher } = (await import(library)) as Playwright
  const userData = mkdtempSync(join(tmpdir(), 'cruddur-chromium-'))
  const context = await launcher.launchPersistentContext(userData, {
    executablePath: chromium,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    newPage: () => context.newPage(),
    async close() {
      await context.close()
      rmSync(userData, { recursive: true, force: true })
    },
  }
}
