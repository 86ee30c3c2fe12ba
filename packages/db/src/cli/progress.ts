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
