import { createInterface } from 'node:readline/promises'
import { isLoopback, readConnectionUrl } from '../connection-url.ts'
import { type Target, TargetError } from './targets.ts'

export interface Confirmation {
  yes?: boolean | undefined
  confirm?: string | undefined
}

/** What destroys must be allowed to: by the environment, and by a person where others may depend on it. */
export async function requireDisposable(action: string, target: Target, given: Confirmation) {
  const { host, database } = readConnectionUrl(target.directUrl)
  if (!target.disposable) {
    const way =
      target.environment === 'prod'
        ? 'prod can never be declared disposable.'
        : `If its data may be lost, write DISPOSABLE=1 into .env.${target.environment}.`
    throw new TargetError(
      `${action} is refused: it would destroy data of ${target.environment}. ${way}`,
    )
  }
  if (isLoopback(host) || (given.yes && given.confirm === database)) return
  if (!process.stdin.isTTY) {
    throw new TargetError(`${action} on ${host} needs your word: add --yes --confirm ${database}.`)
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await prompt.question(`Type the database's name to ${action} it: `)
  prompt.close()
  if (typed !== database) throw new TargetError(`That is not its name: nothing was done.`)
}
