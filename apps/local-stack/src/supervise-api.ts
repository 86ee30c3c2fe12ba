import { EventEmitter, on } from 'node:events'
import { relative } from 'node:path'
import { type ApiOptions, type ApiProcess, startApi } from './api-process.ts'
import { watchSources } from './watch-sources.ts'

interface Options extends ApiOptions {
  /** The folders to watch. */
  sources: readonly string[]
  /** Told of each process: the first, and the one of each reload. */
  onStart: (pid: number) => Promise<void>
}

export interface SupervisedApi {
  /** Fulfilled once it answers for the first time; rejected if it never does. */
  ready: Promise<void>
  close(): Promise<void>
}

// An editor or a checkout writes many files at once.
const settleMs = 100
const hope = 'It starts again when a source file changes.'

/** Keeps the API running on its newest sources. */
export function superviseApi(options: Options): SupervisedApi {
  const { print, paint } = options.terminal
  const closing = new AbortController()
  const changes = new EventEmitter()
  let run = startApi(options)
  const ready = follow(run)
  // Whoever waits for it hears of it.
  ready.catch(() => {})
  const sources = watchSettled(options.sources, (file) => {
    changes.emit('change', file)
    // Here too, since the reload below may be waiting for one that hangs.
    run.stop()
  })

  async function follow(current: ApiProcess) {
    await options.onStart(current.pid)
    await current.ready
    current.ended.then((reason) => {
      if (!current.stopping) print(paint('red', `The API ended (${reason}). ${hope}`))
    })
  }

  async function reloadOnChanges() {
    for await (const [file] of on(changes, 'change', { signal: closing.signal })) {
      await run.stop()
      closing.signal.throwIfAborted()
      const startedAt = performance.now()
      const name = relative(process.cwd(), file)
      run = startApi(options)
      await follow(run).then(
        () => print(`${name} changed: reloaded in ${Math.round(performance.now() - startedAt)} ms`),
        (error: Error) => {
          // If it was stopped, the next change is here already.
          if (!run.stopping) print(paint('red', `${error.message}\n${hope}`))
        },
      )
    }
  }
  reloadOnChanges().catch((error) => {
    if (!closing.signal.aborted) print(paint('red', `The API is no longer reloaded: ${error}`))
  })

  return {
    ready,
    async close() {
      closing.abort()
      sources.close()
      await run.stop()
    },
  }
}

function watchSettled(folders: readonly string[], onChange: (file: string) => void) {
  let settling: NodeJS.Timeout | undefined
  const watcher = watchSources(folders, (file) => {
    clearTimeout(settling)
    settling = setTimeout(() => onChange(file), settleMs)
  })
  return {
    close() {
      clearTimeout(settling)
      watcher.close()
    },
  }
}
