import { beforeAll, describe, expect, it } from 'vitest'
import { type Activity, openBrowser, render, renderErrors } from './frontend-browser.ts'
import { type Form, pagesOf } from './frontend-pages.ts'
import { openApi } from './harness.ts'

const { app, pool, signUp } = await openApi()

async function openAs(handle: string) {
  const person = await signUp(handle)
  const browser = openBrowser(app, person.token)
  return { ...person, ...browser, ...pagesOf(browser) }
}

const [ann, ben, fay] = [await openAs('ann'), await openAs('ben'), await openAs('fay')]
const nobody = pagesOf(openBrowser(app))

/** What the home page hands to its form: the cruds that came back, and how to close it. */
function openHomeForm() {
  const cruds: Activity[] = []
  const setPopped = (form: Form) => {
    form.popped = false
  }
  return { cruds, props: { setActivities: (crud: Activity) => cruds.unshift(crud), setPopped } }
}

const closed = { errors: '', popped: false }
const nothing = '00000000-0000-4000-8000-000000000000'
const internal = 'An internal server error has occured'
const byAnn = (text: string) => `ann @ann: ${text}`
const byBen = (text: string) => `ben @ben: ${text}`

describe('home', () => {
  it('shows the feed to everybody: signed in, signed out, with a token that has expired', async () => {
    const { cruds, props } = openHomeForm()
    expect(await ann.activityForm({ message: 'Hello from home', ...props })).toEqual(closed)
    expect(render(cruds)).toEqual([byAnn('Hello from home')])
    const stale = await pool.sign({ sub: ann.sub, exp: 1_700_000_000 })
    for (const pages of [ann, nobody, pagesOf(openBrowser(app, stale))]) {
      expect(render(await pages.home())).toEqual([byAnn('Hello from home')])
    }
  })

  it.each([
    ['', ['The message cannot be blank']],
    [' \n', ['The message cannot be blank']],
    ['x'.repeat(281), ['message_exceed_max_chars']],
    ['🦉'.repeat(281), ['message_exceed_max_chars']],
    ['a\0b', ['message_invalid']],
  ])('keeps the form open and says why not: %#', async (message, lines) => {
    const { cruds, props } = openHomeForm()
    const form = await ann.activityForm({ message, ...props })
    expect(form.popped).toBe(true)
    expect(renderErrors(form.errors)).toEqual(lines)
    expect(cruds).toEqual([])
  })

  it('says both where two things are wrong', async () => {
    const form = await ann.activityForm({ message: '', ttl: 'forever' })
    expect(renderErrors(form.errors)).toEqual(['The message cannot be blank', 'ttl_blank'])
  })

  it('takes every lifetime that it offers', async () => {
    for (const ttl of ['30-days', '7-days', '3-days', '1-day', '12-hours', '3-hours', '1-hour']) {
      const { cruds, props } = openHomeForm()
      expect(await ben.activityForm({ message: `For ${ttl}`, ttl, ...props })).toEqual(closed)
      expect(render(cruds)).toEqual([byBen(`For ${ttl}`)])
      expect(cruds[0]?.expires_at).not.toBeNull()
    }
  })

  it('says that one is not signed in', async () => {
    for (const form of [
      await nobody.activityForm({ message: 'x' }),
      await nobody.profileForm({ bio: '', display_name: 'x' }),
      await nobody.messageForm('x', { handle: 'ann' }),
    ]) {
      expect(renderErrors(form.errors)).toEqual(['You are not authenicated to perform this action'])
    }
  })
})

describe('profile', () => {
  it('shows the person with their cruds, without replies, to anybody', async () => {
    for (const handle of ['ann', 'Ann']) {
      const { profile, activities } = await nobody.profile(handle)
      expect(render(activities)).toEqual([byAnn('Hello from home')])
      expect(profile).toMatchObject({
        handle: 'ann',
        display_name: 'ann',
        cruds_count: 1,
        bio: null,
      })
      expect(profile?.cognito_user_uuid).toBe(ann.sub)
    }
  })

  it('stays empty for an unknown person', async () => {
    const browser = openBrowser(app)
    expect((await pagesOf(browser).profile('nobody')).activities).toEqual([])
    expect(browser.calls).toEqual(['GET /api/activities/@nobody 404'])
  })

  it('posts once, however often its form says that it failed', async () => {
    const cat = await openAs('cat')
    for (let tries = 0; tries < 3; tries++) {
      const form = await cat.activityForm({ message: 'Did it work?' })
      expect(form.popped).toBe(true)
      expect(renderErrors(form.errors)).toEqual([internal])
    }
    const { profile, activities } = await cat.profile('cat')
    expect(render(activities)).toEqual(['cat @cat: Did it work?'])
    expect(profile?.cruds_count).toBe(1)
  })

  it('is edited by PUT, and every crud has the new name', async () => {
    const dot = await openAs('dot')
    await dot.activityForm({ message: 'Before' })
    expect(await dot.profileForm({ bio: '', display_name: 'Dorothea' })).toEqual(closed)
    expect(dot.calls.at(-1)).toBe('PUT /api/profile/update 200')
    const { profile, activities } = await dot.profile('dot')
    expect(profile).toMatchObject({ display_name: 'Dorothea', bio: '' })
    expect(render(activities)).toEqual(['Dorothea @dot: Before'])
    const blank = await dot.profileForm({ bio: '', display_name: ' ' })
    expect(blank.popped).toBe(true)
    expect(renderErrors(blank.errors)).toEqual(['The display name cannot be blank'])
  })
})

describe('crud', () => {
  const form = openHomeForm()
  let crud: Activity
  beforeAll(async () => {
    await fay.activityForm({ message: 'Who answers?', ttl: '1-hour', ...form.props })
    crud = form.cruds[0] as Activity
  })

  it('counts and shows replies, the newest first', async () => {
    const { activity, replies } = await ben.crud('fay', crud.uuid)
    expect(render(activity ? [activity] : [])).toEqual(['fay @fay: Who answers?'])
    expect(await ben.replyForm(crud, 'I do', replies)).toEqual(closed)
    expect(await ann.replyForm(crud, 'So do I', replies)).toEqual(closed)
    const shown = [byAnn('So do I'), byBen('I do')]
    expect(render(replies)).toEqual(shown)
    const again = await nobody.crud('fay', crud.uuid)
    expect(render(again.replies)).toEqual(shown)
    expect(render(again.activity ? [again.activity] : [])).toEqual(['fay @fay: Who answers? (2)'])
    expect(again.replies[0]?.expires_at).toBe(crud.expires_at)
  })

  it('says why a reply is refused', async () => {
    const texts = ['', 'x'.repeat(1025)]
    const lines = []
    for (const text of texts) {
      const form = await ben.replyForm(crud, text)
      expect(form.popped).toBe(true)
      lines.push(...renderErrors(form.errors))
    }
    expect(lines).toEqual([
      'The message cannot be blank',
      'The message is too long, It should be less than 1024 characters',
    ])
    const form = await ben.replyForm({ ...crud, uuid: nothing }, 'Hello?')
    expect(renderErrors(form.errors)).toEqual(['activity_not_found'])
  })

  it.each([
    ['fay', () => nothing],
    ['fay', () => 'no-uuid'],
    ['ben', () => crud.uuid],
    ['nobody', () => crud.uuid],
  ])('stays empty where @%s has none: %#', async (handle, uuidOf) => {
    const [browser, uuid] = [openBrowser(app), uuidOf()]
    expect(await pagesOf(browser).crud(handle, uuid)).toEqual({ activity: undefined, replies: [] })
    expect(browser.calls).toEqual([`GET /api/activities/@${handle}/status/${uuid} 404`])
  })

  it('is in the notifications of whom it concerns', async () => {
    expect(render(await fay.notifications())).toEqual([byAnn('So do I'), byBen('I do')])
    await fay.activityForm({ message: 'Thank you, @ben' })
    expect(render(await ben.notifications())).toEqual(['fay @fay: Thank you, @ben'])
    expect(await nobody.notifications()).toEqual([])
  })
})

describe('messages', async () => {
  const [gil, hue] = [await openAs('gil'), await openAs('hue')]

  it('has one group a pair, whoever begins and however often', async () => {
    expect(await gil.groups()).toEqual([])
    expect(await gil.newMessage('Hue')).toMatchObject({ handle: 'hue', display_name: 'hue' })
    const first = await gil.messageForm('Hello', { handle: 'hue' })
    expect(first.location).toMatch(/^\/messages\/[0-9a-f-]{36}$/)
    expect(first.errors).toBe('')
    for (const again of [
      await gil.messageForm('Are you there?', { handle: 'hue' }),
      await hue.messageForm('Yes', { handle: 'gil' }),
    ]) {
      expect(again.location).toBe(first.location)
    }
    expect(render(await gil.groups())).toEqual(['hue @hue: Yes'])
    expect(render(await hue.groups())).toEqual(['gil @gil: Yes'])
  })

  it('goes on within the group, whose last message is shown', async () => {
    const [group] = await hue.groups()
    const params = { message_group_uuid: group?.uuid ?? '' }
    const sent = await hue.messageForm('What is it?', params)
    expect(sent.location).toBe(`/messages/${params.message_group_uuid}`)
    const shown = ['gil: Hello', 'gil: Are you there?', 'hue: Yes', 'hue: What is it?']
    for (const { messages, groups } of [gil, hue]) {
      expect(render(await messages(params.message_group_uuid))).toEqual(
        shown.map((line) => `${line.slice(0, 3)} @${line}`),
      )
      expect((await groups())[0]?.message).toBe('What is it?')
    }
  })

  it.each([
    ['', 'hue', ['The message cannot be blank']],
    ['x'.repeat(1025), 'hue', ['The message is too long, It should be less than 1024 characters']],
    ['Hello', 'nobody', ['You need to send a message to a valid user']],
    ['Hello', '@hue', ['You need to send a message to a valid user']],
    ['Hello', 'gil', ['You need to send a message to a valid user']],
    ['', '', ['The message cannot be blank', 'You need to send a message to a valid user']],
  ])('says why not: %# to %j', async (message, handle, lines) => {
    const form = await gil.messageForm(message, { handle })
    expect(form.location).toBeUndefined()
    expect(renderErrors(form.errors)).toEqual(lines)
  })

  it('is nobody else’s', async () => {
    const [group] = await hue.groups()
    const params = { message_group_uuid: group?.uuid ?? '' }
    expect(await ann.messages(params.message_group_uuid)).toEqual([])
    const form = await ann.messageForm('Let me in', params)
    expect(renderErrors(form.errors)).toEqual(['message_group_not_found'])
    expect(await gil.newMessage('nobody')).toBeUndefined()
    expect(await nobody.groups()).toEqual([])
  })
})
