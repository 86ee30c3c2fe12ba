import type { Target } from './targets.ts'

export interface CommandContext {
  target: Target
  /** What the command’s own words before the environment say, one for each of its operands. */
  operands: string[]
  flags: { yes?: boolean; confirm?: string; size?: string; apply?: boolean; 'by-handle'?: boolean }
  print: (line: string) => void
}

export interface Command {
  summary: string
  /** The names of its own words, which come before the environment. */
  operands?: string[]
  flags: string[]
  example: string
  run(context: CommandContext): Promise<void>
}
