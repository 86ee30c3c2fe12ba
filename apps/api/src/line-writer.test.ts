import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createLineWriter } from './line-writer.ts'

it('writes the lines of a turn at once, and what is left when the process ends', async () => {
  const written: string[] = []
  const exiting = new EventEmitter()
  const write = createLineWriter((text) => written.push(text), exiting)
  write('one\n')
  write('two\n')
  expect(written).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toEqual(['one\ntwo\n'])
  write('last\n')
  exiting.emit('exit')
  expect(written).toEqual(['one\ntwo\n', 'last\n'])
})
