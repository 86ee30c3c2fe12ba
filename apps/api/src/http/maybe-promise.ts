// What may be there already. A promise costs more than most steps of an answer, so nobody makes one
// where there is nothing to wait for.

export type MaybePromise<T> = T | Promise<T>

/** Goes on with a value, at once if it is there. */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Runs something and answers what it gives or, where it fails, what is made of its failure. */
export function orElse<T>(
  run: () => MaybePromise<T>,
  recover: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const value = run()
    return value instanceof Promise ? value.catch(recover) : value
  } catch (error) {
    return recover(error)
  }
}

/** Runs something and, however it ends, cleans up behind it. */
export function endingWith<T>(run: () => MaybePromise<T>, cleanUp: () => void): MaybePromise<T> {
  let value: MaybePromise<T>
  try {
    value = run()
  } catch (error) {
    cleanUp()
    throw error
  }
  if (value instanceof Promise) return value.finally(cleanUp)
  cleanUp()
  return value
}
