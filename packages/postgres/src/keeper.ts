import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'

/** Ends the process it watches and removes the directory when we close it or die, however. */
interface Keeper {
  /** Watches this process, instead of the one before. */
  watch(child: ChildProcess): void
  close(): Promise<void>
}

// Reads pids, the last one counts, until the pipe from us breaks. SIGQUIT is Postgres' immediate
// shutdown, which ends with removing postmaster.pid; the pid alone would also be that of a zombie.
const script = `
trap '' HUP INT QUIT TERM
while read -r line; do pid=$line; done
if [ -n "$pid" ] && kill -QUIT "$pid"; then
  tries=0
  while [ $tries -lt 100 ] && [ -e "$1/data/postmaster.pid" ] && kill -0 "$pid"; do
    [ $tries -eq 80 ] && kill -KILL "$pid"
    tries=$((tries + 1))
    sleep 0.05
  done
fi
for pause in 0.1 0.5 1 2; do
  rm -rf "$1" && break
  sleep $pause
done
`

export function openKeeper(directory: string): Keeper {
  const keeper = spawn('/bin/sh', ['-c', script, 'cruddur-postgres-keeper', directory], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const { stdin } = keeper
  const gone = once(keeper, 'exit').catch(() => {})
  stdin.on('error', () => {}) // it was killed: close() notices
  keeper.unref()
  if (stdin instanceof Socket) stdin.unref()
  return {
    watch(child) {
      stdin.write(`${child.pid ?? ''}\n`)
      child.on('exit', () => {
        if (stdin.writable) stdin.write('\n')
      })
    },
    async close() {
      keeper.ref()
      stdin.end()
      await gone
    },
  }
}
