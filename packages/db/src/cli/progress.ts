const width = 30

type Surface = NodeJS.WritableStream & { isTTY?: boolean }

/** A bar on a terminal; nothing at all in a pipe. */
export function showProgress(
  label: string,
  total: number,
  to: Surface = process.stderr,
): (done: number) => void {
  if (!to.isTTY) return () => {}
  return (done) => {
    const filled = Math.round((done / total) * width)
    const bar = '█'.repeat(filled).padEnd(width, '░')
    to.write(`\r${label} ${bar} ${done}/${total}${done >= total ? '\n' : ''}`)
  }
}

/** On a terminal, the seconds that work takes; a line printed meanwhile covers them. */
export async function withSeconds<T>(work: Promise<T>, to: Surface = process.stderr): Promise<T> {
  if (!to.isTTY) return work
  const start = Date.now()
  const timer = setInterval(() => {
    to.write(`\r${Math.round((Date.now() - start) / 1000)} s\r`)
  }, 1000)
  return work.finally(() => {
    clearInterval(timer)
    to.write('\r\x1b[K')
  })
}
