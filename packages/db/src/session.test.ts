import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { openSession } from './session.ts'

it('does not wait for ever for a server that lets it in and never answers', async () => {
  const authenticated = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 0, 90, 0, 0, 0, 5, 73])
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.once('data', () => socket.write(authenticated))
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const session = openSession(`postgres://me:secret@127.0.0.1:${port}/x`, 'cruddur-test', 500)
  await expect(session.query('begin')).rejects.toThrow(
    /took the connection.*not answered for 0.5 s/,
  )
  for (const socket of sockets) socket.destroy()
  await session.close()
  server.close()
})
