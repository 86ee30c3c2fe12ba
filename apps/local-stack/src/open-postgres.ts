import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isRunning, markProcess, openServer, type Server } from '@cruddur/postgres'
import { supervise } from './supervise.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  directory: string
  /** 0: a free one. */
  port: number
  terminal: Terminal
  /** Takes what must be closed in the end, as soon as it is open. */
  defer: (close: () => Promise<void>) => void
  /** Told of each process. */
  onStart: (pid: number) => Promise<void>
}

/** Our own server, which keeps its port for as long as we live. */
export async function openPostgres(options: Options): Promise<Server> {
  const { directory, terminal, defer } = options
  let { port } = options
  let first: Server | undefined
  const open = () => openServer({ directory, port, onProgress: terminal.print })
  // Another server in its place would be empty, and have another password.
  const refuse = () =>
    Promise.reject(new Error(`${directory} is gone: stop dev and start it anew.`))
  const postgres = supervise(
    'Postgres',
    () => watch(first && !existsSync(join(directory, 'data')) ? refuse() : open(), options),
    terminal,
  )
  defer(postgres.close)
  first = await postgres.run().ready
  port = first.port
  return first
}

function watch(opened: Promise<Server>, { onStart }: Options) {
  const ready = opened.then(async (server) => {
    await onStart(server.pid)
    return server
  })
  ready.catch(() => {})
  return {
    ready,
    ended: opened.then(waitForEnd, () => ''),
    stop: () =>
      opened.then(
        ({ close }) => close(),
        () => {},
      ),
  }
}

const lookEveryMs = 500

/** It need not be our child: we may have taken it over. */
async function waitForEnd({ pid }: Server): Promise<string> {
  const server = await markProcess(pid)
  while (await isRunning(server)) await delay(lookEveryMs, undefined, { ref: false })
  return `process ${pid}`
}
