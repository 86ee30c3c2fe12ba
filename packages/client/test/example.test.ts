import { readFile } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'
import { readAndPost } from '../examples/read-and-post.ts'
import { openClients } from './harness.ts'

const { fetch, signUp } = await openClients()

it('does what the README’s example says', async () => {
  vi.stubGlobal('fetch', fetch)
  const [di, ed] = [await signUp('di'), await signUp('ed')]
  for (let n = 0; n < 11; n++) await ed.client.post({ message: `Number ${n}`, ttl: '1-day' })
  await di.client.post({ message: 'Hello', ttl: '1-day' })
  const posted = await readAndPost('http://api', async () => di.token)
  expect(posted).toMatchObject({ handle: 'di', message: 'Good morning, @di @ed' })
  expect(await readAndPost('http://api', async () => di.token)).toEqual(posted)
  expect(await readAndPost('http://api', async () => null)).toBe('Sign in first')
})

it('is the README’s example', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
  expect(await read('../README.md')).toContain(await read('../examples/read-and-post.ts'))
})
