import { isHandle } from '@cruddur/db'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMentions } from './find-mentions.ts'

describe('a mention', () => {
  it.each([
    ['@bob', [['bob']]],
    ['(@bob)', [['bob']]],
    ['@bob, are you there?', [['bob']]],
    ['¡@bob!', [['bob']]],
    ['“@bob”', [['bob']]],
    ['🎉@bob🎉', [['bob']]],
    ['cc:@bob', [['bob']]],
    ['@BoB', [['bob']]],
    ['@bob’s', [['bob']]],
    ['@ann/@bob', [['ann'], ['bob']]],
    ['@a.b_c-d', [['a.b_c-d']]],
    ['Thanks @bob.', [['bob.', 'bob']]],
    ['@bob--', [['bob--', 'bob-', 'bob']]],
    ['@bob_', [['bob_']]],
    ['@bob.Élan', [['bob']]],
    ['@bob..Élan', [['bob.', 'bob']]],
    ['@bob.@ann', [['bob'], ['ann']]],
    ['@bob @Bob @BOB', [['bob']]],
    ['ありがとう@bobさん', [['bob']]],
    ['谢谢@bob！', [['bob']]],
    [`@${'a'.repeat(30)}.`, [['a'.repeat(30)]]],
  ])('is in %s', (text, mentions) => {
    expect(findMentions(text)).toEqual(mentions)
  })

  it.each([
    'a@bob.example',
    '@bobé',
    '@bob\u0301',
    '@john.doé',
    'x@bob',
    'é@bob',
    'e\u0301@bob',
    '7@bob',
    '٣@bob',
    '_@bob',
    '@bobя',
    '@@bob',
    '@bob@example.com',
    '@ bob',
    '@',
    '＠bob',
    `@${'a'.repeat(31)}`,
  ])('is not in %s', (text) => {
    expect(findMentions(text)).toEqual([])
  })

  it('is one of ten at most', () => {
    const text = Array.from({ length: 12 }, (_, n) => `@bob${n}`).join(' ')
    expect(findMentions(text)).toEqual(Array.from({ length: 10 }, (_, n) => [`bob${n}`]))
  })
})

const handle = fc
  .stringMatching(/^[A-Za-z0-9_.-]{0,29}[A-Za-z0-9_]$/)
  .map((text) => text.toLowerCase())
const around = fc.constantFrom('', ...' \n()!¿«…—😀，/#')
const letter = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
  .filter((text) => /^[\p{L}\p{M}\p{N}]+$/u.test(text))
  .filter((text) => !/[A-Za-z0-9\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]/u.test(text))
  .filter((text) => !/[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u.test(text))

describe('any text', () => {
  it('mentions a handle that stands alone in it', () => {
    fc.assert(
      fc.property(around, handle, around, (before, name, after) => {
        expect(findMentions(`${before}@${name}${after}`)).toEqual([[name]])
      }),
    )
  })

  it('mentions nobody whose @ or end touches a letter', () => {
    fc.assert(
      fc.property(letter, handle, (touching, name) => {
        expect(findMentions(`${touching}@${name}`)).toEqual([])
        const whole = findMentions(`@${name}${touching}`).flat()
        expect(whole).not.toContain(name)
      }),
    )
  })

  it('holds handles only, the longest first, each of them behind an @', () => {
    const texts = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'@.-_ab'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 200,
    })
    fc.assert(
      fc.property(texts, (text) => {
        const mentions = findMentions(text)
        expect(mentions.length).toBeLessThanOrEqual(10)
        for (const handles of mentions) {
          expect(handles.every(isHandle)).toBe(true)
          expect(handles.map(({ length }) => length)).toEqual(
            handles.map(({ length }) => length).toSorted((a, b) => b - a),
          )
          for (const name of handles) expect(text.toLowerCase()).toContain(`@${name}`)
        }
      }),
    )
  })
})
