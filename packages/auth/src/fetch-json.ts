/** `fetch`, or whatever stands in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A pool's key set is about 1 kB. */
export const MAX_BODY_BYTES = 64 * 1024

/** The text of an answer that is as small as it should be. */
export const readBody = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for (;;) {
    const chunk = await reader?.read()
    if (!chunk?.value) return text + decoder.decode()
    size += chunk.value.byteLength
    if (size > MAX_BODY_BYTES) throw new Error(`more than ${MAX_BODY_BYTES} bytes`)
    text += decoder.decode(chunk.value, { stream: true })
  }
}

const load = async (url: string, fetch: Fetch, signal: AbortSignal): Promise<unknown> => {
  // `manual`, because workerd does not know `error`: a redirect then is a status other than 200.
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal,
  })
  if (response.status !== 200) throw new Error(`answered ${response.status}`)
  return JSON.parse(await readBody(response))
}

/**
 * Fetches a small JSON document: no redirects, one deadline for head and body, a cap on its size.
 */
export const fetchJson = async (url: string, fetch: Fetch, timeoutMs: number): Promise<unknown> => {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([load(url, fetch, abort.signal), deadline])
  } finally {
    clearTimeout(timer)
    // Lets go of the connection on every way out; after a whole answer there is nothing to abort.
    abort.abort()
  }
}
