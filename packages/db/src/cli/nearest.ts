/** The one of `names` that was most likely meant: a slip or two away, or a longer form of it. */
export function findNearest(word: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.min(2, Math.round(word.length / 3)) + 1
  for (const name of names) {
    const slips = word.length > 2 && name.startsWith(word) ? 1 : countSlips(word, name)
    if (slips < least) [nearest, least] = [name, slips]
  }
  return nearest
}

/** Letters to add, drop or replace, or neighbours to swap, until one word is the other. */
function countSlips(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= from.length; row++) {
    rows.push([row])
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (same ? 0 : 1),
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(from.length, to.length)
}
