import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join, sep } from 'node:path'

/**
 * Calls back with each source file or journal of migrations that changes, until closed. One
 * watcher a directory: Node's recursive one loses a file for good once an editor has replaced it
 * by a rename.
 */
export function watchSources(folders: readonly string[], onChange: (file: string) => void) {
  const watchers = new Map<string, FSWatcher>()

  function forget(directory: string) {
    for (const [path, watcher] of watchers) {
      if (path !== directory && !path.startsWith(directory + sep)) continue
      watcher.close()
      watchers.delete(path)
    }
  }

  /** False where there is no such directory. */
  function follow(directory: string): boolean {
    try {
      const entries = readdirSync(directory, { withFileTypes: true })
      const watcher = watch(directory, (event, name) => notice(event, join(directory, name ?? '')))
      watchers.set(
        directory,
        watcher.on('error', () => forget(directory)),
      )
      for (const entry of entries) if (entry.isDirectory()) follow(join(directory, entry.name))
      return true
    } catch {
      return false
    }
  }

  function notice(event: string, path: string) {
    if (isSource(path)) onChange(path)
    else if (event === 'rename') {
      // A directory may have been replaced by one of the same name, which nobody watches.
      forget(path)
      if (follow(path)) onChange(path)
    }
  }

  for (const folder of folders) follow(folder)
  return { close: () => forget('') }
}

const isSource = (path: string) =>
  /(\.ts|_journal\.json)$/.test(path) && !/\.(test|slow)\.ts$/.test(path)
