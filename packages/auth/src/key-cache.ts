import { type Fetch, fetchJson } from './fetch-json.ts'
import { type KeySet, RemoteKeySet } from './key-set.ts'
import { type Keys, readKeys } from './keys.ts'
import { isLoopback } from './loopback.ts'

export type KeyCacheOptions = {
  readonly fetch?: Fetch | undefined
  /** False on Workers, where a request may not await what another one has begun. */
  readonly singleFlight?: boolean | undefined
  readonly fetchTimeoutMs?: number | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
}

/** The key sets of a process, one for each URL; verifiers may share it. */
export type KeyCache = { readonly keySetOf: (jwksUrl: string) => KeySet }

export const createKeyCache = (options: KeyCacheOptions = {}): KeyCache => {
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options
  const { singleFlight = true, fetchTimeoutMs = 3000, now = Date.now } = options
  const sets = new Map<string, KeySet>()
  const open = (url: string): KeySet => {
    const allowPublished = isLoopback(url)
    const read = async (earlier: Keys) =>
      readKeys(await fetchJson(url, fetch, fetchTimeoutMs), { earlier, allowPublished })
    return new RemoteKeySet({ url, read, now, singleFlight })
  }
  return {
    keySetOf: (url) => {
      const set = sets.get(url) ?? open(url)
      sets.set(url, set)
      return set
    },
  }
}

/** Keys that are known beforehand: nothing is fetched, so no rotation or withdrawal is noticed. */
export const createFixedKeySet = (jwks: unknown): KeySet => {
  let keys: Keys | undefined
  const load = async () => {
    keys ??= await readKeys(jwks, { earlier: new Map(), allowPublished: false })
    return keys
  }
  return {
    find: (kid) => (keys ? keys.get(kid) : load().then((loaded) => loaded.get(kid))),
    load: async () => {
      await load()
    },
  }
}
