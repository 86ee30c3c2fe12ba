import { expect, it } from 'vitest'
import { readLogsCommand } from './logs.ts'

it('follows the log of one function of one stage, in the stage’s region', () => {
  const words = readLogsCommand(['api', 'dev']).join(' ')
  expect(words).toBe(
    'logs tail /aws/lambda/cruddur-dev-api --follow --since 10m --region us-east-1',
  )
  expect(readLogsCommand(['pool-triggers', 'dev'])).toContain(
    '/aws/lambda/cruddur-dev-pool-triggers',
  )
})

it.each([[[]], [['api']], [['home', 'dev']], [['api', 'local']], [['api', 'dev', 'prod']]])(
  'says what it wants when it is told %j',
  (words) => {
    expect(() => readLogsCommand(words)).toThrow(/one of api, .* and one of dev, staging, prod/)
  },
)
