import { digestOf } from '@cruddur/auth'

/** A strong tag: the digest of the very bytes that are sent. */
export const tagOf = async (bytes: Uint8Array<ArrayBuffer>) => `"${await digestOf(bytes)}"`

/** Whether an `If-None-Match` names the tag; there a weak one counts as well (RFC 9110, 13.1.2). */
export const isNamedBy = (ifNoneMatch: string | undefined, tag: string) =>
  ifNoneMatch?.split(',').some((named) => {
    const each = named.trim()
    return each === '*' || each.replace(/^W\//, '') === tag
  }) ?? false
