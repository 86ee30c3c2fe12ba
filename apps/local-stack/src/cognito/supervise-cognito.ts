import type { Terminal } from '../terminal.ts'
import { type CognitoProcess, startCognito } from './cognito-process.ts'

interface Options {
  /** What it runs on. */
  folder: string
  terminal: Terminal
  /** Told of each process. */
  onStart: (pid: number) => Promise<void>
}

interface SupervisedCognito {
  /** Where it answers; waits for it while it starts. */
  url: () => Promise<string>
  close: () => Promise<void>
}

/** Keeps cognito-local running for as long as it does start. */
export function superviseCognito({ folder, terminal, onStart }: Options): SupervisedCognito {
  const { print, paint } = terminal
  let run = start()

  function start(): CognitoProcess {
    const started = startCognito(folder)
    onStart(started.pid).catch(complain)
    // One that does not start is not tried again: whoever waits for its URL hears of it.
    started.url.then(() => started.ended).then(startAgain, () => {})
    return started
  }

  function complain(error: Error) {
    print(paint('red', error.message))
  }

  function startAgain(reason: string) {
    if (run.stopping) return
    print(paint('red', `Cognito ended (${reason}): it is started again.`))
    run = start()
    run.url.catch(complain)
  }

  return {
    url: () => run.url,
    close: () => run.stop(),
  }
}
