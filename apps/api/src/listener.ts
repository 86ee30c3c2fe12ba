import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { isReady, type Ready } from './http/answer.ts'

export interface Served {
  fetch: (request: Request, env?: object) => Response | Promise<Response>
}

type Refuse = (error: unknown) => Response

/**
 * Hands Node’s requests to the app and its answers to Node. Hono’s own adapter does so for whatever
 * there is; of a plain request the app needs no more than is here, and its own answers say what to
 * write. Together that is half of what a short answer costs (docs/performance.md).
 */
export function createListener(app: Served, refuse: Refuse): RequestListener {
  const adapt = (fetch: Served['fetch']) => getRequestListener(fetch, { errorHandler: refuse })
  const answerAny = adapt(app.fetch)

  return (incoming, outgoing) => {
    if (!isPlain(incoming)) return answerAny(incoming, outgoing)
    const send = (response: Response) => {
      if (isReady(response)) write(outgoing, response)
      else adapt(() => response)(incoming, outgoing)
    }
    try {
      const answer = app.fetch(requestOf(incoming), { incoming, outgoing })
      if (!(answer instanceof Promise)) return send(answer)
      answer.catch(refuse).then(send)
    } catch (error) {
      send(refuse(error))
    }
  }
}

function write(outgoing: ServerResponse, { ready: { status, headers, body } }: Ready) {
  outgoing.writeHead(status, headers)
  outgoing.end(body)
}

// Where no URL has to be read to know the path.
const plainUrl = /^\/(?!.*\/\.)[\w@:.~/?&=,+-]*$/
const plainHost = /^[a-z0-9.-]+(:\d{2,5})?$/

const isPlain = ({ method, url = '', headers }: IncomingMessage) =>
  method === 'GET' && plainUrl.test(url) && plainHost.test(headers.host ?? '')

/** What the app asks of a request without a body. */
class PlainRequest {
  readonly method = 'GET'
  readonly url: string
  readonly headers: PlainHeaders

  constructor({ url = '', headers, rawHeaders }: IncomingMessage) {
    this.url = `http://${headers.host}${url}`
    this.headers = new PlainHeaders(rawHeaders)
  }
}

class PlainHeaders {
  readonly #raw: string[]

  constructor(raw: string[]) {
    this.#raw = raw
  }

  /** As Fetch has it: what is said more than once is one text. */
  get(name: string): string | null {
    let value: string | null = null
    for (let at = 0; at < this.#raw.length; at += 2) {
      const each = this.#raw[at] ?? ''
      if (each.length !== name.length || each.toLowerCase() !== name) continue
      const text = this.#raw[at + 1] ?? ''
      value = value === null ? text : `${value}, ${text}`
    }
    return value
  }
}
// The app reads nothing else of it, and Hono hands it on as it is.
const requestOf = (incoming: IncomingMessage) => new PlainRequest(incoming) as unknown as Request
