import { readFile } from 'node:fs/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { readAndPost } from '../examples/read-and-post.ts'
import { openClients } from './harness.ts'

const { fetch, signUp } = await openClients()

afterEach(() => {
  vi.unstubAllGlobals()
})

it('does what the README’s example says', async () => {
  vi.stubGlobal('fetch', fetch)
  const [di, ed] = [await signUp('di'), await signUp('ed')]
  for (let n = 0; n < 11; n++) await ed.client.post({ message: `Number ${n}`, ttl: '1-day' })
  await di.client.post({ message: 'Hello', ttl: '1-day' })
  const posted = await readAndPost('http://api', async () => di.token)
  expect(posted).toMatchObject({ handle: 'di', message: 'Good morning, @di @ed' })
  await ed.client.post({ message: 'Good morning, @di', ttl: '1-day' })
  const again = await readAndPost('http://api', async () => di.token)
  expect(again).toMatchObject({ message: 'Good morning, @ed @di' })
  expect(await readAndPost('http://api', async () => null)).toBe('Sign in first')

  let isLost = false
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await fetch(url, init)
    if (init.method !== 'POST' || isLost) return response
    isLost = true
    throw new TypeError('fetch failed')
  })
  const last = await readAndPost('http://api', async () => di.token)
  expect((await di.client.home()).slice(0, 2)).toEqual([last, again])
})

it('is the README’s example', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
  expect(await read('../README.md')).toContain(await read('../examples/read-and-post.ts'))
})
