import { ConnectionUrlError, describeTarget, readConnectionUrl } from '../connection-url.ts'
import { explain } from '../explain.ts'
import { IamTokenError } from '../iam-token.ts'
import { MigrationError } from '../journal.ts'
import { CommandExit, UsageError } from './command.ts'
import { commands } from './commands.ts'
import { readTarget, type Target, TargetError } from './targets.ts'
import { readWords } from './words.ts'

interface Surroundings {
  variables: Record<string, string | undefined>
  /** To stdout, the answer; and to stderr, what is said beside it. */
  print: (line: string) => void
  say: (line: string) => void
}

/** The exit code. 0: done; 1: it failed or was refused; 2: the words were wrong. */
export async function run(words: string[], { variables, print, say }: Surroundings) {
  let known: Target | undefined
  try {
    const request = readWords(words, commands)
    if (typeof request === 'string') {
      print(request)
      return 0
    }
    const { command, operands, flags, note } = request
    if (note) say(note)
    const target = readTarget(request.environment ?? (variables.CRUDDUR_ENV || 'local'), variables)
    known = target
    say(`${target.environment}: ${describeTarget(readConnectionUrl(target.directUrl))}`)
    await command.run({ target, operands, flags, print })
    return 0
  } catch (error) {
    if (error instanceof CommandExit) return error.code
    say(sentenceOf(error, known))
    return error instanceof UsageError ? 2 : 1
  }
}

const sentences = [TargetError, UsageError, MigrationError, ConnectionUrlError, IamTokenError]

function sentenceOf(error: unknown, target: Target | undefined): string {
  const isSentence = sentences.some((kind) => error instanceof kind)
  if (isSentence || !target) return error instanceof Error ? error.message : String(error)
  return explain(error, target.directUrl, target.environment)
}
