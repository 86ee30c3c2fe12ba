import type { JsonBytes, JsonText } from './json-text.ts'

/** What a query answered, as whoever it is sent to reads it. */
export const readJson = <T>(json: JsonText<T> | JsonBytes<T> | undefined): T =>
  JSON.parse(typeof json === 'object' ? new TextDecoder().decode(json) : (json ?? 'null'))
