import { dev } from './dev.ts'
import { readSettings } from './settings.ts'
import { createTerminal } from './terminal.ts'

// A terminal that closed, or a pipe that nobody reads, must not end what runs.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())

const terminal = createTerminal(console.log, {
  colours: process.stdout.isTTY === true && !process.env.NO_COLOR,
})
try {
  await dev(await readSettings(process.env), terminal, stop.signal)
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
