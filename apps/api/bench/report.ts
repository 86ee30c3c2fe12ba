import type { Figure } from './rounds.ts'
import type { ScalePoint } from './scale.ts'
import type { Bound } from './scenarios.ts'

/** What a run leaves: `--json` writes it, `--compare` reads it. */
export interface Report {
  size: number
  node: string
  rounds: number
  figures: Figure[]
  bounds: Bound[]
  scale: ScalePoint[]
}

const whole = (value: number) =>
  Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en')
const exact = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2))
const keyOf = ({ scenario, by }: Figure) => `${scenario} ${by}`

function printColumns(rows: string[][]) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    console.log(cells.join('  ').trimEnd())
  }
  console.log()
}

/** Prints it all, beside what was measured before; true when every bound is kept. */
export function printReport({ figures, bounds, scale }: Report, before?: Report): boolean {
  const known = new Map(before?.figures.map((figure) => [keyOf(figure), figure]))
  const head = ['scenario', 'by', 'per second', 'p50 ms', 'p99 ms', 'CPU µs', 'MB', 'failed']
  printColumns([
    before ? [...head, 'before', 'change'] : head,
    ...figures.map((figure) => {
      const { scenario, by, perSecond, p50Ms, p99Ms, cpuUs, residentMb, failed } = figure
      const speeds = [whole(perSecond), exact(p50Ms), exact(p99Ms)]
      const row = [scenario, by, ...speeds, whole(cpuUs), whole(residentMb), String(failed)]
      const old = known.get(keyOf(figure))?.perSecond ?? Number.NaN
      return before ? [...row, whole(old), `${exact(perSecond / old)} ×`] : row
    }),
  ])
  if (scale.length > 0) {
    printColumns([
      ['read', 'cruds', 'p50 ms', 'p99 ms'],
      ...scale.map(({ name, size, p50Ms, p99Ms }) => [
        name,
        whole(size),
        exact(p50Ms),
        exact(p99Ms),
      ]),
    ])
  }
  printColumns(bounds.map(rowOf))
  return bounds.every(isKept)
}

export const isKept = ({ value, atLeast = -Infinity, atMost = Infinity }: Bound) =>
  value >= atLeast && value <= atMost

function rowOf(bound: Bound): string[] {
  const { what, value, atLeast, atMost, unit = '' } = bound
  const limit = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : ''
  const verdict = limit === '' ? '' : isKept(bound) ? 'reached' : 'NOT REACHED'
  const shown = value < 100 ? exact(value) : whole(value)
  return [what, verdict, `${shown} ${unit}`, limit]
}
