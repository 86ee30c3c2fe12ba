import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'

/** Logs in by SCRAM and gives the answer's first column: as much driver as these tests need. */
export async function ask(url: string, sql: string): Promise<string[]> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  try {
    await once(socket, 'connect')
    const replies = readMessages(socket)
    const send = (type: string, body: string | Buffer) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(Buffer.byteLength(body) + 4)
      socket.write(Buffer.concat([Buffer.from(type), length, Buffer.from(body)]))
    }
    send('', `\0\x03\0\0user\0${username}\0database\0${pathname.slice(1)}\0\0`)
    const first = `n=,r=${randomBytes(18).toString('base64')}`
    const answers: string[] = []
    let asked = false
    for await (const { type, body } of replies) {
      const text = body.toString('utf8')
      if (type === 'E') throw new Error(/\0M(.*?)\0/.exec(`\0${text}`)?.[1] ?? text)
      const step = type === 'R' ? body.readInt32BE(0) : -1
      if (step === 10) send('p', startScram(`n,,${first}`))
      if (step === 11) send('p', proveScram(password, first, text.slice(4)))
      if (type === 'D') answers.push(text.slice(6, 6 + body.readInt32BE(2)))
      if (type !== 'Z') continue
      if (asked) return answers
      asked = true
      send('Q', `${sql}\0`)
    }
    throw new Error('The server hung up.')
  } finally {
    socket.destroy()
  }
}

async function* readMessages(socket: AsyncIterable<Buffer>) {
  let buffer = Buffer.alloc(0)
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk])
    while (buffer.length >= 5 && buffer.length > buffer.readInt32BE(1)) {
      const end = buffer.readInt32BE(1) + 1
      yield { type: buffer.toString('latin1', 0, 1), body: buffer.subarray(5, end) }
      buffer = buffer.subarray(end)
    }
  }
}

function startScram(message: string) {
  const length = Buffer.alloc(4)
  length.writeInt32BE(message.length)
  return Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, Buffer.from(message)])
}

function proveScram(password: string, first: string, challenge: string) {
  const field = (name: string) => new RegExp(`${name}=([^,]*)`).exec(challenge)?.[1] ?? ''
  const salt = Buffer.from(field('s'), 'base64')
  const salted = pbkdf2Sync(password, salt, Number(field('i')), 32, 'sha256')
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const clientKey = hmac(salted, 'Client Key')
  const last = `c=biws,r=${field('r')}`
  const stored = createHash('sha256').update(clientKey).digest()
  const signature = hmac(stored, `${first},${challenge},${last}`)
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))
  return `${last},p=${Buffer.from(proof).toString('base64')}`
}
