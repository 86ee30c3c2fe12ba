import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const file = resolve(import.meta.dirname, '../../.devcontainer/devcontainer.json')
const { postStartCommand } = JSON.parse(readFileSync(file, 'utf8'))

it('starts dev where no address could be let in: a dev container stops at what fails', () => {
  // Without npx in the path, allow-ip fails.
  const { status } = spawnSync('/bin/sh', ['-c', postStartCommand], {
    env: { DB_SG_ID: 'sg-1', PATH: '/nowhere' },
  })
  expect(status).toBe(0)
})
