/** Waits for the work no longer than until we are told to stop; the work itself goes on. */
export async function abortable<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true })
  })
  stop.throwIfAborted()
  return Promise.race([work, stopped])
}
