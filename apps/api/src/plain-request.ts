import type { IncomingMessage } from 'node:http'

// Where no URL has to be parsed to know the path.
const plainUrl = /^\/[\w@:.~/?&=,+-]*$/
const plainHost = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/
const plainLength = /^[1-9]\d{0,3}$/

/** Whether a PlainRequest can stand for it. */
export function isPlain({ method, url = '', headers }: IncomingMessage): boolean {
  if (!plainUrl.test(url) || url.includes('/.')) return false
  if (!plainHost.test(headers.host ?? '')) return false
  if (method === 'GET') return true
  const { 'content-length': length = '', 'transfer-encoding': encoding } = headers
  return method === 'POST' && plainLength.test(length) && encoding === undefined
}

// Of which Node keeps the first where there are more, and nobody else does.
const keptOnce = new Set(['authorization', 'content-type'])

/** What the app asks of a request, without a Request of Fetch around it. */
export class PlainRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly #incoming: IncomingMessage
  readonly #body: Promise<ArrayBuffer> | undefined

  constructor(incoming: IncomingMessage) {
    const { method = '', url = '', headers } = incoming
    this.method = method
    this.url = `http://${headers.host}${url}`
    this.headers = this
    this.#incoming = incoming
    // From the start, for who has said all may go before anybody asks for it.
    this.#body = method === 'POST' ? readBody(incoming) : undefined
    this.#body?.catch(() => {})
  }

  /** A header; what is said more than once is one text. */
  get(name: string): string | null {
    if (keptOnce.has(name)) return this.#join(name)
    const value = this.#incoming.headers[name]
    return typeof value === 'string' ? value : null
  }

  #join(name: string): string | null {
    const { rawHeaders } = this.#incoming
    let joined: string | null = null
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const each = rawHeaders[at] ?? ''
      if (each.length !== name.length || each.toLowerCase() !== name) continue
      const value = rawHeaders[at + 1] ?? ''
      joined = joined === null ? value : `${joined}, ${value}`
    }
    return joined
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#body ?? Promise.resolve(new ArrayBuffer(0))
  }
}

const readBody = (incoming: IncomingMessage) =>
  new Promise<ArrayBuffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => resolve(new Uint8Array(Buffer.concat(chunks)).buffer))
      .on('error', reject)
  })
