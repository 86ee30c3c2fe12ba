type Hash = (algorithm: string, data: string, encoding: 'base64url') => string
type Runtime = { getBuiltinModule?: (id: string) => { hash?: Hash } | undefined }

const sha256WithWebCrypto = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
}

/**
 * SHA-256 in base64url; synchronous where the runtime has such a one (Node, Bun, Deno), for
 * WebCrypto's crosses threads and costs 14 times as much.
 */
export const createDigest = (runtime?: Runtime): ((text: string) => string | Promise<string>) => {
  const hash = runtime?.getBuiltinModule?.('node:crypto')?.hash
  return hash ? (text) => hash('sha256', text, 'base64url') : sha256WithWebCrypto
}

// Not every runtime has a `process`, so neither do the types this package is compiled with.
export const digestOf = createDigest((globalThis as { process?: Runtime }).process)
