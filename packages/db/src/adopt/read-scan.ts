import { createHash } from 'node:crypto'
import { MigrationError } from '../journal.ts'

/** A message of the bootcamp’s DynamoDB table, or one person’s entry of a group. */
export interface ScannedItem {
  kind: 'message' | 'group' | 'unreadable'
  /** The message’s, or made of the item’s keys. */
  id: string
  group_uuid?: string
  at?: string
  /** Whose message it is; of a group, the other person. */
  user_uuid?: string
  handle?: string
  /** Of a group: whose entry it is. */
  owner_uuid?: string
  message?: string
  original: unknown
}

// Compared, which null cannot be.
const nobody = '00000000-0000-0000-0000-000000000000'

type Attributes = Record<string, { S?: unknown } | undefined>

/** Reads what `aws dynamodb scan` printed of the table cruddur-messages. */
export function readScan(text: string): ScannedItem[] {
  const scan = parse(text)
  if (
    typeof scan !== 'object' ||
    scan === null ||
    !('Items' in scan) ||
    !Array.isArray(scan.Items)
  ) {
    throw new MigrationError(
      'The file of messages holds no list of Items. Write it by `aws dynamodb scan --table-name cruddur-messages --output json`.',
    )
  }
  if ('NextToken' in scan || 'LastEvaluatedKey' in scan) {
    throw new MigrationError(
      'The file of messages is only a part of the table: it ends with where to go on. Scan again without --max-items and --no-paginate.',
    )
  }
  const taken = new Set<string>()
  return scan.Items.map((item: unknown) => readItem(item, taken))
}

/** Postgres stores neither NUL nor half a surrogate pair. */
const storable = (text: string) => text.replace(/\0|\p{Cs}/gu, '\ufffd')

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => {
      if (typeof value === 'string') return storable(value)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [storable(name), each]))
    })
  } catch (error) {
    throw new MigrationError('The file of messages is not JSON.', { cause: error })
  }
}

function readItem(original: unknown, taken: Set<string>): ScannedItem {
  const attributes: Attributes =
    typeof original === 'object' && original !== null ? { ...original } : {}
  const textOf = (name: string) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name]?.S : undefined
    return typeof value === 'string' ? value : undefined
  }
  const uuidOf = (name: string) => toUuid(textOf(name))
  const [kind, owner] = textOf('pk')?.split('#') ?? []
  const keyed = toUuid(owner)
  const at = toTime(textOf('sk'))
  const message = textOf('message')
  const id = idOf(uuidOf('message_uuid'), original, taken)
  const who = { user_uuid: uuidOf('user_uuid') ?? nobody, handle: textOf('user_handle') ?? '' }
  if (kind === 'MSG' && keyed && at && message !== undefined) {
    return { kind: 'message', id, group_uuid: keyed, at, message, ...who, original }
  }
  const group = uuidOf('message_group_uuid')
  if (kind === 'GRP' && keyed && group) {
    return { kind: 'group', id, group_uuid: group, owner_uuid: keyed, ...who, original }
  }
  return { kind: 'unreadable', id, original }
}

/** The same in every scan, so that importing twice is importing once. */
function idOf(given: string | undefined, original: unknown, taken: Set<string>): string {
  const id = given && !taken.has(given) ? given : digestUuid(JSON.stringify(original))
  taken.add(id)
  return id
}

const digestUuid = (text: string) =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const toUuid = (text: string | undefined) =>
  text && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : undefined

/** Without a zone it is UTC, as everywhere in the bootcamp. Postgres knows no year 0. */
function toTime(text = ''): string | undefined {
  const [, date, zone] = /^(\d{4}-\d\d-\d\d[T ][\d:.]+)(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? []
  const time = Date.parse(`${date?.replace(' ', 'T')}${zone ?? 'Z'}`)
  const instant = Number.isNaN(time) ? '' : new Date(time).toISOString()
  return /^(?!0000)\d{4}-/.test(instant) ? instant : undefined
}
