import { expect, it } from 'vitest'
import { bodyCodes, errorResponses } from './error-responses.ts'

it('groups codes by their status, with those that any route may answer', () => {
  const responses = errorResponses(...bodyCodes, 'ttl_blank', 'message_blank', 'activity_not_found')
  expect(Object.keys(responses).map(Number)).toEqual([400, 404, 413, 415, 422, 429, 500, 503])
  const { schema } = responses[422].content['application/json']
  expect(schema.parse(['message_blank', 'ttl_blank'])).toHaveLength(2)
  expect(schema.safeParse(['activity_not_found']).success).toBe(false)
  expect(schema.safeParse('ttl_blank').success).toBe(false)
})

it('says every code once', () => {
  const { schema } = errorResponses('unavailable', 'unavailable')[503].content['application/json']
  expect(schema.parse(['unavailable'])).toEqual(['unavailable'])
  expect(schema.safeParse(['generic_500']).success).toBe(false)
})
