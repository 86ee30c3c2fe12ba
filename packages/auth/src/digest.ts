type Hash = (algorithm: string, data: string | Bytes, encoding: 'base64url') => string
type Bytes = Uint8Array<ArrayBuffer>
type Runtime = { getBuiltinModule?: (id: string) => { hash?: Hash } | undefined }

const sha256WithWebCrypto = async (data: string | Bytes): Promise<string> => {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
}

/**
 * SHA-256 in base64url; synchronous where the runtime has such a one (Node, Bun, Deno), for
 * WebCrypto's crosses threads and costs 14 times as much.
 */
export const createDigest = (
  runtime?: Runtime,
): ((data: string | Bytes) => string | Promise<string>) => {
  const hash = runtime?.getBuiltinModule?.('node:crypto')?.hash
  return hash ? (data) => hash('sha256', data, 'base64url') : sha256WithWebCrypto
}

// Not every runtime has a `process`, so neither do the types this package is compiled with.
export const digestOf = createDigest((globalThis as { process?: Runtime }).process)
