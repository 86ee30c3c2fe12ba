import { styleText } from 'node:util'

/** Where a person reads what we do. */
export interface Terminal {
  print(line: string): void
  paint(style: 'bold' | 'dim' | 'red' | 'yellow' | 'green', text: string): string
}

export const createTerminal = (
  write: (line: string) => void,
  { colours }: { colours: boolean },
): Terminal => ({
  print: write,
  paint: (style, text) => (colours ? styleText(style, text) : text),
})
