const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const INVALID = 64

const sextets = new Uint8Array(128).fill(INVALID)
for (const [value, char] of [...ALPHABET].entries()) sextets[char.charCodeAt(0)] = value

const sextetAt = (text: string, index: number): number =>
  index < text.length ? (sextets[text.charCodeAt(index)] ?? INVALID) : 0

/**
 * The bits of the last four characters that belong to no byte, by how many there are of the four.
 */
const UNUSED_BITS = [0, 0xffffff, 0xffff, 0xff]

/**
 * Only canonical base64url: no padding, no white space, no unused bits. Most decoders overlook
 * those, which gives one signature many spellings; here equal bytes are equal text.
 */
export const decodeBase64url = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let seen = 0
  let group = 0
  for (let from = 0, to = 0; from < text.length; from += 4, to += 3) {
    const a = sextetAt(text, from)
    const b = sextetAt(text, from + 1)
    const c = sextetAt(text, from + 2)
    const d = sextetAt(text, from + 3)
    seen |= a | b | c | d
    group = (a << 18) | (b << 12) | (c << 6) | d
    // What the last group has too much falls off the end of the array.
    bytes[to] = group >> 16
    bytes[to + 1] = group >> 8
    bytes[to + 2] = group
  }
  const unused = group & (UNUSED_BITS[text.length % 4] ?? 0)
  return seen >= INVALID || unused !== 0 ? undefined : bytes
}
