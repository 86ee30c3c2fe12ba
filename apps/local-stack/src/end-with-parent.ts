// Preloaded into a child whose stdin is a pipe from us: the pipe ends however we die, and the child
// then stops as if it had been asked to.
process.stdin
  .on('end', () => process.kill(process.pid, 'SIGTERM'))
  .on('error', () => {})
  .resume()
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
