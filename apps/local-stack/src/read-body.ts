import type { IncomingMessage } from 'node:http'

const longestBody = 1024 * 1024

export class BodyError extends Error {
  override name = 'BodyError'
}

/** A request's JSON. What is too long is read to its end all the same: its sender waits for it. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= longestBody) chunks.push(chunk)
  }
  if (length > longestBody) throw new BodyError(`The body is longer than ${longestBody} bytes`)
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new BodyError('The body is no JSON')
  }
}
