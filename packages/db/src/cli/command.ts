import type { Target } from './targets.ts'

interface Flag {
  type: 'boolean' | 'string'
  /** What the help calls its value: `--size N`. */
  value?: string
  help: string
  /** Throws a UsageError at a value that it cannot have. */
  check?: (value: string) => unknown
}

export type Flags = Record<string, Flag>

type ValueOf<Type extends Flag['type']> = Type extends 'boolean' ? boolean : string
export type FlagValues<F extends Flags = Flags> = { [Name in keyof F]?: ValueOf<F[Name]['type']> }

export interface CommandContext<F extends Flags = Flags> {
  target: Target
  /** What the command’s own words before the environment say, one for each of its operands. */
  operands: string[]
  flags: FlagValues<F>
  /** To stdout, which holds the answer and nothing else: the target and progress go to stderr. */
  print: (line: string) => void
}

export interface Command<F extends Flags = Flags> {
  summary: string
  /** The names of its own words, which come before the environment. */
  operands?: string[]
  flags?: F
  examples: string[]
  /** A TargetError fails with a sentence (exit 1), a UsageError is for wrong words (exit 2). */
  run(context: CommandContext<F>): Promise<void>
}

/** A former name: it says what the command is called now, and runs it. */
export interface Alias {
  now: string
}

/** Lets `run` know its flags by name and type. */
export const defineCommand = <const F extends Flags>(command: Command<F>): Command<F> => command

/** A word as it was typed, unless it looks like a URL, which may hold a password. */
export const sayWord = (word: string) => (/[:@]/.test(word) ? 'That' : JSON.stringify(word))

/** The words are wrong, whatever the database holds. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The command ended with this exit code, and what there is to say was said. */
export class CommandExit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}
