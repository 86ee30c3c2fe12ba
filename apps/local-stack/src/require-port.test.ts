import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { requirePort } from './require-port.ts'

it('names a way out of the highest port, too', async () => {
  const other = createServer().listen(65_535)
  // Whoever else has it, it is taken.
  await Promise.race([once(other, 'listening'), once(other, 'error')]).catch(() => {})
  onTestFinished(() => void other.close())
  await expect(requirePort(65_535)).rejects.toThrow(
    /^Port 65535 \(PORT\) is taken.*: end what listens there, or choose another port: PORT=4\d{3} /,
  )
})
