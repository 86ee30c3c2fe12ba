import { expect, it } from 'vitest'
import { asTable } from './table.ts'

const plain = { width: Number.POSITIVE_INFINITY, isColoured: false }

it('stands in columns, numbers to the right, whatever the letters', () => {
  const rows = [
    ['di', 7, null],
    ['京都 🎉', 1200, new Uint8Array([1, 255])],
  ]
  expect(asTable(['name', 'n', 'bytes'], rows, plain)).toEqual([
    'name        n  bytes',
    '-------  ----  ------',
    'di          7  null',
    '京都 🎉  1200  \\x01ff',
  ])
})

it('cuts the widest to fit the terminal, never through a letter', () => {
  const family = '👩‍👩‍👧'
  const lines = asTable(['handle', 'message'], [['di', `Hello ${family} dear ${family} all`]], {
    ...plain,
    width: 20,
  })
  expect(lines.at(-1)).toBe(`di      Hello ${family} de…`)
  expect(asTable(['n'], [['x'.repeat(500)]], plain).at(-1)).toHaveLength(500)
})

it('obeys nothing that the database holds, and dims null alone', () => {
  const coloured = { ...plain, isColoured: true }
  const lines = asTable(['a\x1b', 'b'], [['\x1b[31mnull\n\u202eevil', null]], coloured)
  expect(lines[0]).toMatch(/^a\\u001b/)
  expect(lines.at(-1)).toBe('\\u001b[31mnull⏎\\u202eevil  \x1b[2mnull\x1b[22m')
})
