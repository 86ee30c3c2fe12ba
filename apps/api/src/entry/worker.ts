import type { ExecutionContext } from 'hono'
import { type Bindings, createWorkerApi } from '../worker-api.ts'

let api: ReturnType<typeof createWorkerApi> | undefined

function openApi(bindings: Bindings) {
  // biome-ignore lint/suspicious/noConsole: a Worker has no other way to write, and ends each line itself.
  api ??= createWorkerApi(bindings, (line) => console.log(line.trimEnd()))
  return api
}

export default {
  fetch: (request: Request, bindings: Bindings, context: ExecutionContext) =>
    openApi(bindings).fetch(request, context),
  /** In place of the sweeper that runs inside a process, by a cron trigger. */
  scheduled: (_event: unknown, bindings: Bindings) => openApi(bindings).sweep(),
}
