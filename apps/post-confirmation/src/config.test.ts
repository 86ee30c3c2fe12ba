import { expect, it } from 'vitest'
import { readConfig } from './config.ts'

const iamUrl = 'postgres://lambda@db.example.com/cruddur?auth=iam'

it.each<[string, Record<string, string>]>([
  ['CONNECTION_URL is missing', {}],
  ['CONNECTION_URL is missing', { CONNECTION_URL: '' }],
  ['CONNECTION_URL has no user', { CONNECTION_URL: 'postgres://a/b' }],
  ['AWS_ACCESS_KEY_ID is missing', { CONNECTION_URL: iamUrl, AWS_REGION: 'eu-central-1' }],
])('says that %s', (problem, variables) => {
  expect(() => readConfig(variables)).toThrow(problem)
})

it('says everything at once, and no password', () => {
  let message = ''
  try {
    readConfig({ CONNECTION_URL: iamUrl, AWS_SECRET_ACCESS_KEY: 'hidden' })
  } catch (error) {
    message = String(error)
  }
  expect(message.match(/^ {2}\w+/gm)).toEqual(['  AWS_ACCESS_KEY_ID', '  AWS_REGION'])
  expect(message).not.toContain('hidden')
})

it('reads what is right', () => {
  const url = 'postgres://lambda:password@127.0.0.1:5432/cruddur'
  expect(readConfig({ CONNECTION_URL: url })).toEqual({ connectionUrl: url })
})
