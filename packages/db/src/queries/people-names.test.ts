import { describe, expect, it } from 'vitest'
import {
  chooseHandles,
  isHandle,
  isPlainEmail,
  readDisplayName,
  readEmail,
} from './people-names.ts'

const sub = '5b0f5d5e-6a0c-4a53-9a9b-0d8e5f6c1a01'

describe('the handles to try', () => {
  it.each([
    ['the wanted one as it is', { handle: 'Di.Nguyen_9-' }, 'Di.Nguyen_9-', 'Di.Nguyen_9-1a01'],
    ['without its @', { handle: '@di' }, 'di', 'di-1a01'],
    ['what comes nearest', { handle: ' Dí & Ed! ' }, 'Di-Ed', 'Di-Ed-1a01'],
    ['cut to 30', { handle: 'd'.repeat(31) }, 'd'.repeat(30), `${'d'.repeat(23)}-1a01`],
    ['of the name where none is wanted', { name: 'Ｄi Nguyễn' }, 'Di-Nguyen', 'Di-Nguyen-1a01'],
    ['of the name where nothing is left', { handle: '🙂', name: 'Di' }, 'Di', 'Di-1a01'],
  ])('are %s', (_, source, first, second) => {
    const [nearest, ofSub, ...rest] = chooseHandles({ sub, ...source })
    expect([nearest, ofSub]).toEqual([first, second])
    expect(rest).toHaveLength(1)
    expect(rest[0]).toMatch(/^.{1,23}-[0-9a-f]{6}$/)
  })

  it.each([
    ['an address as handle', { handle: 'di@example.com' }],
    ['an address as name', { name: 'di@example.com' }],
    ['an address in other letters', { handle: 'di＠example.com', name: 'Di <di@example.com>' }],
    ['letters that have no place in a path', { handle: '李', name: '小龙' }],
    ['lone surrogates and NUL', { handle: '\ud800', name: '\0' }],
    ['nothing at all', {}],
  ])('tell nobody about %s', (_, source) => {
    const [ofSub, ...rest] = chooseHandles({ sub, ...source })
    expect(ofSub).toBe('person-1a01')
    expect(rest).toHaveLength(2)
    for (const handle of rest) expect(handle).toMatch(/^person-[0-9a-f]{6}$/)
  })

  it.each(['..', '-', 'a'.repeat(200), `${'a'.repeat(22)}.-b`, '\u{fdfa}'])(
    'can be had, whatever was wanted: %s',
    (handle) => {
      for (const choice of chooseHandles({ sub: '?', handle })) expect(choice).toSatisfy(isHandle)
    },
  )
})

it('reads a display name that can be stored', () => {
  expect(readDisplayName('  Di\0 \ud800Nguyen ')).toBe('Di Nguyen')
  expect(readDisplayName('👩‍🚀'.repeat(100))).toHaveLength(167)
  expect(readDisplayName(`${'d'.repeat(99)} Nguyen`)).toBe('d'.repeat(99))
  expect(readDisplayName('DJ@Night')).toBe('DJ@Night')
  for (const blank of [undefined, '', ' \u3000', '\0', 'di@example.com', 'Di <di＠example.com>']) {
    expect(readDisplayName(blank)).toBeNull()
  }
})

it('reads an email, or none: never another one', () => {
  expect(readEmail(' Di@Example.com ')).toBe('Di@Example.com')
  for (const none of [
    undefined,
    ' ',
    'd\0i@example.com',
    '\udfffdi@example.com',
    'd'.repeat(255),
  ]) {
    expect(readEmail(none)).toBeNull()
  }
  expect(isPlainEmail('Di+cruds@example.com')).toBe(true)
  expect(isPlainEmail('\u212Aai@example.com')).toBe(false)
})
