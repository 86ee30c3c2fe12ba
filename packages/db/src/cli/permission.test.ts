import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { requireWord } from './permission.ts'
import type { Target } from './targets.ts'

const url = 'postgres://di@localhost/cruddur'
const target: Target = {
  environment: 'staging',
  url,
  directUrl: url,
  disposable: true,
  setting: () => undefined,
}

function ask(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  input.end(`${typed}\n`)
  return requireWord('drop', target, {}, 'It is far away', { input, output: new PassThrough() })
}

it('takes the database’s name from a person, and nothing else', async () => {
  await ask('cruddur')
  for (const typed of ['', 'y', 'staging', 'Cruddur', 'cruddur2']) {
    await expect(ask(typed)).rejects.toThrow('That is not its name: nothing was done.')
  }
})
