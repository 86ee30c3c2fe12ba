import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { findRuntimeClient, openLambda } from '@cruddur/test-suite/lambda'
import { openRuntime } from '@cruddur/test-suite/runtimes'
import { type EventSource, toEvent, toResponse } from './lambda-event.ts'

/** The API as it is built, somewhere. */
export interface Host {
  ask(path: string, init: RequestInit): Promise<Response>
  close(): Promise<void>
}

type Environment = Record<string, string>

/** Undefined, and said why, where the runtime cannot be had. */
type OpenHost = (folder: string, environment: Environment) => Promise<Host | undefined>

export const hosts: Record<string, OpenHost> = {
  Node: openNode,
  'Lambda behind an HTTP API': openLambdaFor('HTTP API'),
  'Lambda behind a Function URL': openLambdaFor('Function URL'),
  'a Worker': openOn('workerd', 'worker/worker.mjs'),
  Bun: openOn('bun', 'bun.mjs'),
  Deno: openOn('deno', 'deno.mjs'),
}

async function openNode(folder: string, environment: Environment): Promise<Host> {
  const child = spawn(process.execPath, [join(folder, 'node.mjs')], { env: environment })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.pipe(process.stderr)
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      const found = /"event":"listening".*"port":(\d+)/.exec(said)?.[1]
      if (found) resolve(found)
    })
    child.on('exit', () => reject(new Error(`It ended before it listened: ${said}`)))
  })
  return {
    ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function openLambdaFor(source: EventSource): OpenHost {
  return async (folder, environment) => {
    const client = await findRuntimeClient()
    if (!client) return undefined
    const { invoke, close } = await openLambda(client, join(folder, 'lambda'), environment)
    return {
      async ask(path, init) {
        const request = new Request(`https://example.com${path}`, init)
        const { answer, error } = await invoke(await toEvent(source, request))
        if (error) throw new Error(`The function failed: ${JSON.stringify(error)}`)
        return toResponse(answer)
      },
      close,
    }
  }
}

function openOn(name: Parameters<typeof openRuntime>[0], file: string): OpenHost {
  return async (folder, environment) => {
    const { url, close } = await openRuntime(name, join(folder, file), environment)
    return { ask: (path, init) => fetch(url + path, init), close }
  }
}
