import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createBundle } from './lambda/lambda-bundle.ts'
import { openFunction } from './lambda/open-function.ts'
import { createLambdaEndpoint } from './lambda-endpoint.ts'
import { closeServer, listen } from './listen.ts'
import { createTerminal } from './terminal.ts'

// Builds by copying, as long as the source is no nonsense.
const program = `
  const { readFileSync, writeFileSync } = require('node:fs')
  const code = readFileSync(__dirname + '/src/handler.mjs', 'utf8')
  if (code.startsWith('nonsense')) throw new Error('it is nonsense')
  writeFileSync(process.argv[3] + '/lambda.mjs', code)`

/** The endpoint with one function, `greet`, of this source. */
async function openEndpoint(source: string) {
  const root = await mkdtemp(join(tmpdir(), 'cruddur-lambda-'))
  const sources = join(root, 'src')
  await mkdir(sources)
  const lines: string[] = []
  const change = (text: string) => writeFile(join(sources, 'handler.mjs'), text)
  await change(source)
  await writeFile(join(root, 'build.cjs'), program)
  const bundle = createBundle({
    folder: join(root, 'out'),
    program: join(root, 'build.cjs'),
    sources: [sources],
  })
  const greet = openFunction({
    bundle,
    environment: Promise.resolve({ GREETING: 'Hello' }),
    terminal: createTerminal((line) => lines.push(line), { colours: false }),
    timeoutMs: 1000,
  })
  const endpoint = createLambdaEndpoint(new Map([['greet', greet.invoke]]))
  const port = await listen(endpoint, 0)
  onTestFinished(async () => {
    await closeServer(endpoint)
    await greet.close()
    await rm(root, { recursive: true })
  })
  async function invoke(event: unknown, { name = 'greet', body = JSON.stringify(event) } = {}) {
    const url = `http://127.0.0.1:${port}/2015-03-31/functions/${name}/invocations`
    const response = await fetch(url, { method: 'POST', body })
    const error = response.headers.get('x-amz-function-error')
    return { status: response.status, error, answer: await response.json() }
  }
  return { invoke, change, lines, bundle, root }
}

it('answers what the function answers, which has its environment and nothing else', async () => {
  const { invoke } = await openEndpoint(
    'export const handler = async (event) => ({ ...event, names: Object.keys(process.env) })',
  )
  const [one, two] = await Promise.all([invoke({ who: 'di' }), invoke({ who: 'ed' })])
  expect(one).toEqual({ status: 200, error: null, answer: { who: 'di', names: ['GREETING'] } })
  expect(two.answer).toMatchObject({ who: 'ed' })
})

it('says what the function throws as Lambda does', async () => {
  const { invoke } = await openEndpoint(`
    class RefusedError extends Error { name = 'RefusedError' }
    export const handler = async (word) => { throw word === 'odd' ? 7 : new RefusedError(word) }`)
  const { status, error, answer } = await invoke('No')
  expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' })
  expect(answer).toEqual({ errorType: 'RefusedError', errorMessage: 'No' })
  expect((await invoke('odd')).answer).toEqual({ errorType: 'number', errorMessage: '7' })
})

it('survives a function that crashes or hangs, and starts it again', async () => {
  const { invoke, lines } = await openEndpoint(`export const handler = async (what) => {
    if (what === 'crash') setTimeout(() => { throw new Error('at night') })
    if (what === 'hang') for (;;) {}
    if (what === 'crash') await new Promise(() => {})
    return what }`)
  const crashed = await invoke('crash')
  expect(crashed).toMatchObject({ status: 200, error: 'Unhandled' })
  expect(crashed.answer).toMatchObject({ errorType: 'Runtime.ExitError' })
  expect(lines.join('\n')).toContain('at night')
  expect(lines.at(-1)).toBe('Lambda: Error: Runtime exited with error: exit status 1')
  const { answer } = await invoke('hang')
  expect(answer).toMatchObject({ errorMessage: 'Task timed out after 1.00 seconds' })
  expect((await invoke('fine')).answer).toBe('fine')
})

it('says why a function does not even load', async () => {
  const { invoke, lines } = await openEndpoint(`throw new Error('no CONNECTION_URL')`)
  expect((await invoke({})).answer).toMatchObject({ errorType: 'Runtime.ExitError' })
  expect(lines.join('\n')).toContain('no CONNECTION_URL')
})

it('runs the newest source, and builds only where there is one', async () => {
  const { invoke, change, lines, bundle, root } = await openEndpoint(
    'export const handler = async () => 1',
  )
  expect((await invoke({})).answer).toBe(1)
  const builtAt = await bundle.refresh()
  expect(await bundle.refresh()).toBe(builtAt)
  await change('nonsense')
  expect((await invoke({})).answer).toMatchObject({ errorMessage: /nonsense/ })
  expect(lines.join('\n')).toContain('The Lambda cannot be built:\n')
  await change('export const handler = async () => 2')
  expect((await invoke({})).answer).toBe(2)
  const past = new Date(0)
  await utimes(join(root, 'out/lambda.mjs'), past, past)
  expect(await bundle.refresh()).toBeGreaterThan(builtAt)
})

it.each([
  ['another function', { name: 'wave' }, 404, 'ResourceNotFoundException'],
  ['no JSON', { body: '{' }, 400, 'InvalidRequestContentException'],
  ['too long a body', { body: 'x'.repeat(2_000_000) }, 400, 'InvalidRequestContentException'],
])('refuses %s', async (_, call, status, Type) => {
  const { invoke } = await openEndpoint('export const handler = async () => 1')
  expect(await invoke({}, call)).toMatchObject({ status, answer: { Type } })
})
