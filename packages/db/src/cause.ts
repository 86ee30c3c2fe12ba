/** The first text under `key` in an error or its causes: Drizzle wraps what the driver throws. */
export function causeWith(error: unknown, key: string): string | undefined {
  for (let at = error; typeof at === 'object' && at !== null; at = Reflect.get(at, 'cause')) {
    const value: unknown = Reflect.get(at, key)
    if (typeof value === 'string') return value
  }
  return undefined
}
