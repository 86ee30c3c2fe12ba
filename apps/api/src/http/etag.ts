import { digestOf } from '@cruddur/auth'
import { andThen, type MaybePromise } from './maybe-promise.ts'

/** A strong tag: the digest of the very bytes that are sent. */
export const tagOf = (bytes: Uint8Array<ArrayBuffer>): MaybePromise<string> =>
  andThen(digestOf(bytes), (digest) => `"${digest}"`)

/** Whether an `If-None-Match` names the tag; there a weak one counts as well (RFC 9110, 13.1.2). */
export const isNamedBy = (ifNoneMatch: string | undefined, tag: string) =>
  ifNoneMatch?.split(',').some((named) => {
    const each = named.trim()
    return each === '*' || each.replace(/^W\//, '') === tag
  }) ?? false
