/** A line of the table; one with a floor fails the bench when it does not hold. */
export interface Line {
  what: string
  value: string
  ratio?: string
  floor?: string
  holds?: boolean
}

/** Prints the lines in columns; true when every floor holds. */
export function printTable(lines: Line[]): boolean {
  const rows = lines.map(({ what, value, ratio = '', floor = '', holds }) => {
    const verdict = holds === undefined ? '' : holds ? 'holds' : 'FAILS'
    return [what, value, ratio, floor, verdict]
  })
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = widths?.[column] ?? 0
      return column === 1 ? cell.padStart(width) : cell.padEnd(width)
    })
    console.log(cells.join('  ').trimEnd())
  }
  return lines.every((line) => line.holds !== false)
}

export const inMs = (ms: number) => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`

export function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
