import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { findPersonByHandle, type NewPerson, upsertPerson } from './people.ts'

const { db, session } = await cloneDatabase({ poolSize: 20 })

const newcomer = (handle: string, more: Partial<NewPerson> = {}): NewPerson => ({
  sub: randomUUID(),
  handle,
  name: handle.toUpperCase(),
  email: `${handle}@example.com`,
  ...more,
})

const rowsOf = (sub: string) =>
  session.query('select * from users where cognito_user_id = $1', [sub])

describe('a new person', () => {
  it('gets a row with what the account says', async () => {
    const di = newcomer('di', { name: ' Di Nguyen ', email: 'Di@Example.COM' })
    const person = await upsertPerson(db, di)
    expect(person).toEqual({
      uuid: expect.any(String),
      handle: 'di',
      displayName: 'Di Nguyen',
      outcome: 'created',
    })
    expect(await rowsOf(di.sub)).toMatchObject([
      { uuid: person.uuid, handle: 'di', display_name: 'Di Nguyen', email: 'di@example.com' },
    ])
  })

  it('is shown under the handle where no name can be', async () => {
    const nameless = { sub: randomUUID(), handle: 'nameless', name: 'me@example.com' }
    expect(await upsertPerson(db, nameless)).toMatchObject({ displayName: 'nameless' })
    expect(await rowsOf(nameless.sub)).toMatchObject([{ email: null }])
  })

  it('gets a free handle when the wanted one is taken, in whatever case', async () => {
    await upsertPerson(db, newcomer('ed'))
    const second = newcomer('ED', { sub: `${randomUUID().slice(0, -4)}beef` })
    const third = newcomer('Ed', { sub: `${randomUUID().slice(0, -4)}beef` })
    expect(await upsertPerson(db, second)).toMatchObject({ handle: 'ED-beef', displayName: 'ED' })
    const { handle } = await upsertPerson(db, third)
    expect(handle).toMatch(/^Ed-[0-9a-f]{6}$/)
  })

  it('may share an email with another account', async () => {
    const shared = { email: 'family@example.com' }
    const [first, second] = [newcomer('fay', shared), newcomer('fred', shared)]
    await upsertPerson(db, first)
    expect(await upsertPerson(db, second)).toMatchObject({ handle: 'fred', outcome: 'created' })
  })
})

describe('a person who is there', () => {
  it('keeps what a profile edit has changed', async () => {
    const gil = newcomer('gil')
    const { uuid } = await upsertPerson(db, gil)
    await session.query("update users set display_name = 'Gilbert', bio = 'B' where uuid = $1", [
      uuid,
    ])
    const again = await upsertPerson(db, { ...gil, handle: 'other', email: 'new@example.com' })
    expect(again).toEqual({ uuid, handle: 'gil', displayName: 'Gilbert', outcome: 'found' })
    expect(await rowsOf(gil.sub)).toMatchObject([{ bio: 'B', email: 'gil@example.com' }])
  })

  it('gains the email that was missing', async () => {
    const hal = newcomer('hal')
    await upsertPerson(db, { ...hal, email: undefined })
    await upsertPerson(db, hal)
    expect(await rowsOf(hal.sub)).toMatchObject([{ email: 'hal@example.com' }])
  })

  it('is one row, however many events come at once', async () => {
    const ida = newcomer('ida')
    const people = await Promise.all(Array.from({ length: 50 }, () => upsertPerson(db, ida)))
    expect(new Set(people.map((person) => person.uuid)).size).toBe(1)
    expect(people.filter((person) => person.outcome === 'created')).toHaveLength(1)
    expect(await rowsOf(ida.sub)).toHaveLength(1)
  })
})

it('gives each of many who want one handle at once a handle of their own', async () => {
  const people = await Promise.all(
    Array.from({ length: 20 }, () => upsertPerson(db, newcomer('jo', { email: undefined }))),
  )
  expect(new Set(people.map((person) => person.handle.toLowerCase())).size).toBe(20)
  expect(people.filter((person) => person.handle === 'jo')).toHaveLength(1)
})

describe('who proves the email of a row', () => {
  it('takes it over under its own handle, once and for all', async () => {
    const before = await upsertPerson(db, newcomer('kai'))
    const kai = newcomer('Kai', { email: 'KAI@example.com', name: 'New', provesEmail: true })
    const people = await Promise.all(Array.from({ length: 20 }, () => upsertPerson(db, kai)))
    for (const person of people) expect(person).toMatchObject({ uuid: before.uuid, handle: 'kai' })
    expect(await upsertPerson(db, kai)).toEqual({ ...before, outcome: 'found' })
    expect(await rowsOf(kai.sub)).toMatchObject([{ display_name: 'KAI' }])
  })

  it('takes over one that waits for its account', async () => {
    await session.query(
      "insert into users (handle, display_name, email) values ('lea', 'Lea', 'lea@example.com')",
    )
    const lea = newcomer('lea', { provesEmail: true })
    expect(await upsertPerson(db, lea)).toMatchObject({ handle: 'lea', outcome: 'taken_over' })
  })

  it.each<[string, Partial<NewPerson>]>([
    ['the email is not proved', { provesEmail: false }],
    ['the email is another', { email: 'mal@example.org' }],
    ['there is no email', { email: undefined }],
    ['the email only looks alike', { email: '\u212Aal@example.com' }],
    ['the handle is another', { handle: 'mallory' }],
    ['there is no handle', { handle: undefined, name: undefined }],
  ])('takes over nothing when %s', async (_, more) => {
    const handle = `m${randomUUID().slice(0, 8)}`
    const owner = newcomer(handle, { email: 'kal@example.com' })
    await upsertPerson(db, owner)
    const thief = newcomer(handle, { email: 'kal@example.com', provesEmail: true, ...more })
    expect(await upsertPerson(db, thief)).toMatchObject({ outcome: 'created' })
    expect(await rowsOf(owner.sub)).toHaveLength(1)
  })

  it('keeps the row that is already theirs', async () => {
    await upsertPerson(db, newcomer('ned'))
    const ned = newcomer('ned')
    const own = await upsertPerson(db, ned)
    expect(await upsertPerson(db, { ...ned, provesEmail: true })).toEqual({
      ...own,
      outcome: 'found',
    })
  })
})

it('finds who has a handle, and whether under an email', async () => {
  const { uuid } = await upsertPerson(db, newcomer('Ora'))
  const find = (handle: string, email?: string) => findPersonByHandle(db, { handle, email })
  expect(await find('oRA', 'ORA@example.com')).toEqual({ uuid, handle: 'Ora', hasEmail: true })
  expect(await find('ora', 'other@example.com')).toMatchObject({ hasEmail: false })
  expect(await find('ora')).toMatchObject({ hasEmail: false })
  expect(await find('nobody')).toBeUndefined()
  expect(await find("'; drop\0")).toBeUndefined()
})
