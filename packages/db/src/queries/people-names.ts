// What a new person is called. Handles and display names are public, emails are not: an address is
// never made into either, also where an identity provider sends one as name or preferred_username.

const longestHandle = 30
const longestDisplayName = 100
// Longer ones do not exist (RFC 5321), and an index could not hold them.
const longestEmail = 254

export interface NameSource {
  sub: string
  handle?: string | undefined
  name?: string | undefined
}

/** `[A-Za-z0-9_.-]`, 1 to 30: handles go into paths unescaped. */
export const isHandle = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9_.-]{1,30}$/.test(text)

/**
 * Three handles to try in turn: the wanted one or what comes nearest, that with the end of the sub
 * (a repeated event chooses alike), that with chance.
 */
export function chooseHandles({ sub, handle, name }: NameSource): string[] {
  const nearest = isHandle(handle) ? handle : (toHandle(handle) ?? toHandle(name))
  const stem = trimEdges((nearest ?? '').slice(0, longestHandle - 7)) || 'person'
  const endOfSub = sub.replace(/[^A-Za-z0-9]/g, '').slice(-4) || randomSuffix()
  const withSuffix = (suffix: string) => `${stem}-${suffix}`
  const rest = [withSuffix(endOfSub), withSuffix(randomSuffix())]
  return nearest === undefined ? [...rest, withSuffix(randomSuffix())] : [nearest, ...rest]
}

function toHandle(text: string | undefined): string | undefined {
  const plain = (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '')
  if (/[^\s@]@/.test(plain)) return undefined
  const joined = trimEdges(plain.replace(/[^A-Za-z0-9_.-]+/g, '-'))
  return trimEdges(joined.slice(0, longestHandle)) || undefined
}

const trimEdges = (text: string) => text.replace(/^[_.-]+|[_.-]+$/g, '')

const randomSuffix = () => crypto.randomUUID().slice(0, 6)

/** The name as the database takes it, or null where there is none to show. */
export function readDisplayName(name: string | undefined): string | null {
  // Controls and invisible marks go, but for the joiner that makes one emoji of several.
  const clean = (name ?? '').replace(/(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim()
  if (
    clean.replaceAll('\u200d', '') === '' ||
    /[^\s@]@[^\s@]+\.[^\s@]/.test(clean.normalize('NFKD'))
  )
    return null
  return Array.from(clean).slice(0, longestDisplayName).join('').trimEnd()
}

/** The email as the database takes it, or null; never another address than the one given. */
export function readEmail(email: string | undefined): string | null {
  const clean = (email ?? '').trim()
  return clean === '' || clean.length > longestEmail || /[\0\p{Cs}]/u.test(clean) ? null : clean
}

/**
 * Whether the email proves who somebody is. Lower-casing maps some other letters onto ASCII (the
 * Kelvin sign becomes k), so that the owner of one mailbox could pass for another's.
 */
export const isPlainEmail = (email: string) => /^[!-~]+$/.test(email)
