const width = 30

/** A bar on a terminal; nothing at all in a pipe. */
export function showProgress(label: string, total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => {}
  return (done) => {
    const filled = Math.round((done / total) * width)
    const bar = '█'.repeat(filled).padEnd(width, '░')
    process.stderr.write(`\r${label} ${bar} ${done}/${total}${done >= total ? '\n' : ''}`)
  }
}

/** The seconds that work takes, on a terminal, until it is done. */
export async function withSeconds<T>(work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work
  const start = Date.now()
  const timer = setInterval(() => {
    process.stderr.write(`\r${Math.round((Date.now() - start) / 1000)} s`)
  }, 1000)
  return work.finally(() => {
    clearInterval(timer)
    process.stderr.write('\r\x1b[K')
  })
}
