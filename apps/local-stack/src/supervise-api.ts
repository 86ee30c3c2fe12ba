import { relative } from 'node:path'
import { type ApiOptions, type ApiProcess, startApi } from './api-process.ts'
import { watchSources } from './watch-sources.ts'

interface Options extends ApiOptions {
  /** The folders to watch. */
  sources: readonly string[]
  /** Told what changed, between the process that was stopped for it and the next. */
  onChange: (files: string[]) => Promise<void>
  /** Told of each process: the first, and each that takes its place. */
  onStart: (pid: number) => Promise<void>
}

interface SupervisedApi {
  /** Fulfilled once it answers for the first time; rejected if it cannot start as it is. */
  ready: Promise<void>
  close(): Promise<void>
}

interface State {
  run: ApiProcess
  /** What changed since that was started. */
  changed: string[]
  closed: boolean
  /** Ends a wait before its time. */
  wake: () => void
}

// An editor or a checkout writes many files at once.
const settleMs = 100
const shortestPauseMs = 250
const longestPauseMs = 30_000
const hope = 'It starts again when a source file changes.'

/** Keeps the API running, on its newest sources. */
export function superviseApi(options: Options): SupervisedApi {
  const state: State = { run: startApi(options), changed: [], closed: false, wake() {} }
  const sources = watchSettled(options.sources, (files) => {
    state.changed.push(...files)
    state.run.stop()
    state.wake()
  })
  const ready = new Promise<void>((resolve, reject) => {
    keepRunning(options, state, resolve).catch(reject)
  })
  // Whoever waits for it hears of it.
  ready.catch(() => {})
  return {
    ready,
    async close() {
      state.closed = true
      state.wake()
      sources.close()
      await state.run.stop()
    },
  }
}

/** One process after the other until closed. Fails where the first cannot start, left to itself. */
async function keepRunning(options: Options, state: State, onReady: () => void) {
  const { print, paint } = options.terminal
  let why = ''
  let pauseMs = shortestPauseMs
  for (let isFirst = true; ; isFirst = false) {
    const { run } = state
    const startedAt = performance.now()
    try {
      await options.onStart(run.pid)
      await run.ready
      onReady()
      if (why) print(`${why} in ${Math.round(performance.now() - startedAt)} ms`)
      const reason = await run.ended
      if (!run.stopping) {
        print(paint('red', `The API ended (${reason}): it is started again.`))
        const livedLong = performance.now() - startedAt > longestPauseMs
        pauseMs = livedLong ? shortestPauseMs : Math.min(2 * pauseMs, longestPauseMs)
        await pause(state, pauseMs)
      }
    } catch (error) {
      if (isFirst && !run.stopping) throw error
      if (!run.stopping) {
        print(paint('red', `${error instanceof Error ? error.message : error}\n${hope}`))
        await pause(state)
      }
    }
    await run.stop()
    if (state.closed) return
    const file = state.changed.at(-1)
    why = file ? `${relative(process.cwd(), file)} changed: reloaded` : 'The API is back'
    // Meanwhile more may change.
    while (state.changed.length > 0) await options.onChange(state.changed.splice(0))
    if (state.closed) return
    state.run = startApi(options)
  }
}

/** Waits for a change or the end, or for no longer than this. */
const pause = (state: State, ms?: number) =>
  new Promise<void>((resolve) => {
    state.wake = resolve
    if (ms !== undefined) setTimeout(resolve, ms).unref()
  })

function watchSettled(folders: readonly string[], onChange: (files: string[]) => void) {
  let settling: NodeJS.Timeout | undefined
  let changed: string[] = []
  const watcher = watchSources(folders, (file) => {
    changed.push(file)
    clearTimeout(settling)
    settling = setTimeout(() => {
      onChange(changed)
      changed = []
    }, settleMs)
  })
  return {
    close() {
      clearTimeout(settling)
      watcher.close()
    },
  }
}
