import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeeper } from './keeper.ts'
import type { Server, ServerOptions } from './open-server.ts'
import { scratchFolder } from './scratch-folder.ts'
import { startServer } from './start-server.ts'

export interface ThrowawayOptions
  extends Pick<ServerOptions, 'settings' | 'version' | 'binariesDirectory' | 'onProgress'> {
  /** Keeps Postgres' own settings, fsync included: to measure, not to test. */
  durable?: boolean
}

const testSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
  dynamic_shared_memory_type: 'mmap', // files in the folder, which go with it
}

/** A server for one test run: its data is temporary, and it ends with this process, however. */
export async function openThrowawayServer(options: ThrowawayOptions = {}): Promise<Server> {
  const { durable = false, settings, ...rest } = options
  const parent = durable ? tmpdir() : await scratchFolder()
  const directory = await mkdtemp(join(parent, 'cruddur-postgres-'))
  const keeper = openKeeper(directory)
  const end = async (server?: Server) => {
    await keeper.close()
    // Only a keeper that was killed leaves anything.
    await server?.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const server = await startServer({
      ...rest,
      directory,
      durable,
      settings: { ...(durable ? {} : testSettings), ...settings },
      onChild: keeper.watch,
    })
    return { ...server, close: () => end(server) }
  } catch (error) {
    await end()
    throw error
  }
}
