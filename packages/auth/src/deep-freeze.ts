/**
 * For JSON values: many requests share one verified token, and none may change it for the others.
 */
export const deepFreeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  }
  return Object.freeze(value)
}
