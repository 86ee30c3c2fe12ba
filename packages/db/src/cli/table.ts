interface Surface {
  width: number
  isColoured: boolean
}

/** Rows beneath the names of their columns, numbers to the right; cut where they would not fit. */
export function asTable(
  names: string[],
  rows: unknown[][],
  { width, isColoured }: Surface = { width: terminalWidth(), isColoured: mayColour() },
): string[] {
  const titles = names.map(printable)
  const cells = rows.map((row) => titles.map((_, column) => asCell(row[column])))
  const widths = titles.map((title, column) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[column] ?? ''))),
  )
  shrink(widths, width - 2 * (titles.length - 1))
  const toTheRight = titles.map((_, column) =>
    isNumeric(cells.flatMap((row, at) => (isNull(rows[at]?.[column]) ? [] : (row[column] ?? '')))),
  )
  const line = (row: string[], isNull: (column: number) => boolean) =>
    row
      .map((cell, column) => {
        const text = fit(cell, widths[column] ?? 0, toTheRight[column] === true)
        return isNull(column) ? dim(text) : text
      })
      .join('  ')
      .trimEnd()
  return [
    line(titles, () => false),
    widths.map((each) => '-'.repeat(each)).join('  '),
    ...cells.map((row, at) => line(row, (column) => isColoured && isNull(rows[at]?.[column]))),
  ]
}

const isNull = (value: unknown) => value === null || value === undefined
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`

/** A person at a terminal sees colours, unless they said otherwise. */
export const mayColour = () => process.stdout.isTTY === true && !process.env.NO_COLOR

const terminalWidth = () => (process.stdout.isTTY ? process.stdout.columns : Infinity)

export function asCell(value: unknown): string {
  if (isNull(value)) return 'null'
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  return printable(String(value))
}

/** A database may hold any text; a terminal must not obey it. */
export const printable = (text: string) =>
  text.replace(/[\p{Cc}\p{Cs}\u2028-\u202e\u200e\u200f\u2066-\u2069]/gu, (character) =>
    character === '\n' ? '⏎' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const isNumeric = (cells: string[]) =>
  cells.length > 0 && cells.every((cell) => /^-?[\d,]+(\.\d+)?( [kMGT]?B)?$/.test(cell))

/** Takes from the widest until all fit. */
function shrink(widths: number[], room: number) {
  let over = widths.reduce((total, each) => total + each, 0) - room
  for (; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths))
    const width = widths[widest] ?? 0
    if (width <= 8) return
    widths[widest] = width - 1
  }
}

function fit(text: string, width: number, toTheRight: boolean): string {
  const missing = width - widthOf(text)
  if (missing >= 0) return toTheRight ? ' '.repeat(missing) + text : text + ' '.repeat(missing)
  let cut = ''
  for (const letter of lettersOf(text)) {
    if (widthOf(cut) + widthOf(letter) >= width) break
    cut += letter
  }
  return `${cut}…${' '.repeat(width - widthOf(cut) - 1)}`
}

const segmenter = new Intl.Segmenter()
const lettersOf = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment)

// What takes two columns of a terminal: emoji, and the scripts of East Asia.
const [emoji, hangul, cjk] = [
  '\\p{Emoji_Presentation}\\ufe0f',
  '\\u1100-\\u115f\\uac00-\\ud7a3',
  '\\u2e80-\\ua4cf\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\u{20000}-\\u{3fffd}',
]
const wide = new RegExp(`[${emoji}${hangul}${cjk}]`, 'u')

function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  return lettersOf(text).reduce((width, letter) => width + (wide.test(letter) ? 2 : 1), 0)
}
