import { expect, it } from 'vitest'
import { buildZip } from './built-lambda.ts'
import { unzip } from './unzip.ts'

it('packages one file, small, and byte for byte the same', () => {
  const zip = buildZip()
  expect(buildZip().equals(zip)).toBe(true)
  expect(zip.length).toBeLessThanOrEqual(60_000)
  expect([...unzip(zip).keys()]).toEqual(['lambda.mjs'])
})
