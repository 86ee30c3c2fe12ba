import type { ScalePoint } from './scale.ts'

const [width, height, left, right, top, bottom] = [720, 400, 56, 130, 32, 44]
const colours = ['#1b6ca8', '#c2410c', '#15803d', '#7e22ce', '#a16207']

/** Latency by size, both logarithmic: medians as lines, the 99th of a hundred dashed. */
export function drawChart(points: ScalePoint[]): string {
  const names = [...new Set(points.map(({ name }) => name))]
  const x = scaleOf(
    points.map(({ size }) => size),
    left,
    width - right,
  )
  const y = scaleOf(
    points.flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms]),
    height - bottom,
    top,
  )
  const lines = names.map((name, n) => {
    const own = points.filter((point) => point.name === name).sort((a, b) => a.size - b.size)
    const colour = colours[n % colours.length]
    const line = (of: 'p50Ms' | 'p99Ms', dashes: string) =>
      `<polyline fill="none" stroke="${colour}" stroke-width="2"${dashes} points="${own
        .map((point) => `${x(point.size)},${y(point[of])}`)
        .join(' ')}"/>`
    const at = 40 + n * 20
    return [
      line('p50Ms', ''),
      line('p99Ms', ' stroke-dasharray="4 4"'),
      text(width - right + 16, at, name, `fill="${colour}"`),
    ].join('\n')
  })
  const sizes = [...new Set(points.map(({ size }) => size))]
  const ticks = [0.1, 0.3, 1, 3, 10, 30, 100].filter(
    (ms) => y(ms) <= height - bottom && y(ms) >= top,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(left, 20, 'Latency in ms by cruds in the database: median, and p99 dashed'),
    ...sizes.map((size) => text(x(size), height - 16, size.toLocaleString('en'), middle)),
    ...ticks.map((ms) => rule(y(ms)) + text(8, y(ms) + 4, String(ms))),
    ...lines,
    '</svg>\n',
  ].join('\n')
}

const middle = 'text-anchor="middle"'

const rule = (y: number) =>
  `<line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" stroke="#ddd"/>`

const text = (x: number, y: number, words: string, more = '') =>
  `<text x="${x}" y="${y}" ${more}>${words}</text>`

function scaleOf(values: number[], from: number, to: number) {
  const lowest = Math.log(Math.min(...values))
  const span = Math.log(Math.max(...values)) - lowest || 1
  return (value: number) => Math.round(from + ((Math.log(value) - lowest) / span) * (to - from))
}
