import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const folder = resolve(import.meta.dirname, '..')

// CDK judges the stacks that it is told; told none, those outside of stages, and ours are all in one.
it('ends `synth` where a stage has a finding', () => {
  const { scripts } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8'))
  const synth = String(scripts.synth).split('pnpm --dir stacks ')[1]
  const app = `--app "node --import tsx test/with-a-finding.ts" --output ${join(tmpdir(), 'synth')}`
  const { status, stderr } = spawnSync(`${synth} ${app}`, {
    shell: true,
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: join(folder, 'node_modules/.bin') + delimiter + process.env.PATH },
  })
  expect(stderr).toContain('AwsSolutions-SNS3')
  expect(status).toBe(1)
})
