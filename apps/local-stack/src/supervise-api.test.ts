import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { findFreePort, listRunning } from '../test/harness.ts'
import { superviseApi } from './supervise-api.ts'
import { createTerminal } from './terminal.ts'

const server = (answer: string) => `
  import { createServer } from 'node:http'
  const server = createServer((_, response) => response.end(${JSON.stringify(answer)}))
  server.listen(Number(process.env.PORT), () => console.log('{"event":"listening"}'))
`

async function openApi(source: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-api-'))
  const entry = join(folder, 'server.ts')
  await writeFile(entry, source)
  const port = await findFreePort()
  const apiUrl = `http://127.0.0.1:${port}`
  const lines: string[] = []
  const pids: number[] = []
  const changes: string[][] = []
  const api = superviseApi({
    entry,
    sources: [folder],
    apiUrl,
    environment: { ...process.env, PORT: String(port) },
    terminal: createTerminal((line) => lines.push(line), { colours: false }),
    onStart: async (pid) => {
      pids.push(pid)
    },
    async onChange(files) {
      expect(await listRunning(pids), 'the one before has ended').toEqual([])
      changes.push(files.map((file) => basename(file)))
    },
  })
  onTestFinished(async () => {
    await api.close()
    expect(await listRunning(pids)).toEqual([])
    await rm(folder, { recursive: true })
  })
  const says = async (text: string) => {
    while (!lines.some((line) => line.includes(text))) await delay(20)
  }
  const change = (text: string) => writeFile(entry, text)
  return { api, pids, changes, folder, says, change, ask: async () => (await fetch(apiUrl)).text() }
}

it('reloads on a change, survives a syntax error, and comes back after the fix', async () => {
  const { api, says, changes, folder, change, ask } = await openApi(server('one'))
  await api.ready
  expect(await ask()).toBe('one')
  await writeFile(join(folder, '_journal.json'), '{}')
  await change(server('two'))
  await says('server.ts changed: reloaded in')
  expect(changes.flat()).toEqual(expect.arrayContaining(['_journal.json', 'server.ts']))
  expect(await ask()).toBe('two')
  await change('const = {')
  await says('The API did not start (exit code 1). Its last lines:')
  await says('It starts again when a source file changes.')
  await change(server('three'))
  await expect.poll(ask, { timeout: 10_000 }).toBe('three')
})

it('gives the last lines of an API that never starts', async () => {
  const { api } = await openApi(`console.error('no database'); process.exit(7)`)
  await expect(api.ready).rejects.toThrow(
    'The API did not start (exit code 7). Its last lines:\n  no database',
  )
})

it('comes back after it was killed', async () => {
  const { api, pids, says, ask } = await openApi(server('one'))
  await api.ready
  process.kill(pids[0] ?? 0, 'SIGKILL')
  await says('The API ended (SIGKILL): it is started again.')
  await says('The API is back in')
  expect(await ask()).toBe('one')
})

it('leaves a first start that hangs as soon as a file changes, for the next', async () => {
  const { api, pids, change, ask } = await openApi(
    'await new Promise((resolve) => setTimeout(resolve, 60_000))',
  )
  await expect.poll(() => pids).toHaveLength(1)
  await change(server('better'))
  await api.ready
  expect(await ask()).toBe('better')
})
