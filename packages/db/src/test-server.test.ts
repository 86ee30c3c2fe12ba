import { afterEach, expect, it, vi } from 'vitest'
import setUp from './test-server.ts'

afterEach(() => vi.unstubAllEnvs())

it('says nothing of a TEST_CONNECTION_URL that cannot be read', async () => {
  vi.stubEnv('TEST_CONNECTION_URL', 'postgres://me:hid@den@127.0.0.1/x')
  const refusal = await setUp({ provide: () => {} }).catch(String)
  expect(refusal).toMatch(/TEST_CONNECTION_URL holds a special character as it is/)
  expect(refusal).not.toMatch(/hid|den/)
})
