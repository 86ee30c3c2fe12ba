import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Answer, Ready } from './http/answer.ts'
import { andThen, orElse } from './http/maybe-promise.ts'
import { isPlain, PlainRequest } from './plain-request.ts'

export interface Served {
  fetch: (request: Request, env?: object) => Response | Promise<Response>
  /** The same, but of what is ready its parts. */
  answer: (request: Request, env?: object) => Answer
}

/**
 * Hands Node’s requests to the app, and its answers to Node. Hono’s adapter does so for whatever
 * there is; a plain request goes past it, for a half of what a short answer costs is the adapter’s
 * (docs/performance.md).
 */
export function createListener(app: Served, refuse: (error: unknown) => Response): RequestListener {
  const adapt = (fetch: Served['fetch']) => getRequestListener(fetch, { errorHandler: refuse })
  const answerAny = adapt(app.fetch)

  function answerPlain(incoming: IncomingMessage, outgoing: ServerResponse) {
    // The app reads nothing else of a request, and Hono hands it on as it is.
    const request = new PlainRequest(incoming) as unknown as Request
    const answered = orElse<Ready | Response>(
      () => app.answer(request, { incoming, outgoing }),
      refuse,
    )
    andThen(answered, (answer) => {
      if (!(answer instanceof Ready)) return adapt(() => answer)(incoming, outgoing)
      write(outgoing, answer)
      // A GET has nothing more to say, though Node has not seen its end yet.
      if (incoming.method !== 'GET' && !incoming.complete) endUnlessComplete(incoming)
    })
  }

  return (incoming, outgoing) =>
    isPlain(incoming) ? answerPlain(incoming, outgoing) : answerAny(incoming, outgoing)
}

function write(outgoing: ServerResponse, { status, list, body }: Ready) {
  try {
    outgoing.writeHead(status, list)
    outgoing.end(body)
  } catch (error) {
    // A header that cannot be written: of the answer, nothing was.
    outgoing.destroy(error instanceof Error ? error : undefined)
  }
}

const graceMs = 500

/** Who was answered before all was said has as long to say the rest as Hono’s adapter gives. */
function endUnlessComplete(incoming: IncomingMessage) {
  const timer = setTimeout(() => {
    if (!incoming.complete) incoming.destroy()
  }, graceMs)
  timer.unref()
}
