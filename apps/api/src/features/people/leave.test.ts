import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { frontend, openApi } from '../../../test/harness.ts'
import { createApp } from '../../app.ts'
import type { CognitoUser, GetUser } from '../../cognito.ts'
import { createEnsurePerson } from '../../ensure-person.ts'

const accounts = new Map<string, CognitoUser>()
const api = await openApi({ getUser: async (accessToken) => accounts.get(accessToken) })

/** Another process on the same database. */
function openProcess(getUser: GetUser = async (accessToken) => accounts.get(accessToken)) {
  const { db, log } = api.deps
  const ensurePerson = createEnsurePerson({ db, log, getUser })
  return createApp({ origins: [frontend], depsFor: () => ({ ...api.deps, ensurePerson }) })
}

const call = (token: string, method: string, path: string, app = api.app) =>
  app.request(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'PUT' || method === 'POST'
      ? { body: JSON.stringify({ display_name: 'Me', message: 'Me', ttl: '1-hour' }) }
      : {}),
  })
const leave = (token: string, app = api.app) => call(token, 'DELETE', '/api/users/me', app)

/** Somebody with an account in the pool and a token that lives on. */
async function signIn(handle: string) {
  const { sub, token } = await api.signUp(handle)
  accounts.set(token, { sub, handle, name: handle, email: `${handle}@example.com` })
  return { sub, token }
}

/** The same, and no row yet. */
async function newcomer(handle: string) {
  const sub = randomUUID()
  const token = await api.pool.sign({ sub })
  accounts.set(token, { sub, handle, name: handle, email: `${handle}@example.com` })
  return { sub, token }
}

const countRows = async (sub: string) =>
  (await api.session.query('select uuid from users where cognito_user_id = $1', [sub])).length

afterEach(() => {
  vi.useRealTimers()
})

describe('DELETE /api/users/me', () => {
  it('answers who is gone, and they are', async () => {
    const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
    await call(di.token, 'POST', '/api/activities')
    const crud = (await (await call(ed.token, 'POST', '/api/activities')).json()) as {
      uuid: string
    }
    await call(di.token, 'POST', `/api/activities/${crud.uuid}/reply`)

    const response = await leave(di.token)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ uuid: di.uuid })

    expect((await api.get('/api/activities/@di')).status).toBe(404)
    expect((await api.get('/api/users/@di/short')).status).toBe(404)
    const home = await (await api.get('/api/activities/home')).json()
    expect(home).toMatchObject([{ uuid: crud.uuid, replies_count: 0 }])
    expect(api.logged()).toContainEqual(
      expect.objectContaining({ event: 'person_left', uuid: di.uuid }),
    )
  })

  it.each([
    ['GET', '/api/users/me'],
    ['PUT', '/api/profile/update'],
    ['POST', '/api/profile/update'],
    ['POST', '/api/activities'],
    ['DELETE', '/api/users/me'],
    ['GET', '/api/message_groups'],
  ])('leaves a token behind that %s %s does not take', async (method, path) => {
    const flo = await signIn(`flo-${randomUUID().slice(0, 8)}`)
    await leave(flo.token)
    const response = await call(flo.token, method, path)
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
    expect(await countRows(flo.sub)).toBe(0)
  })

  it('is done once for many at once', async () => {
    const gil = await signIn('gil')
    const responses = await Promise.all(Array.from({ length: 10 }, () => leave(gil.token)))
    const statuses = responses.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, ...Array(9).fill(401)])
  })

  it('needs somebody to be signed in', async () => {
    expect((await leave('null')).status).toBe(401)
  })

  it('is no bar to signing up anew, under the same handle', async () => {
    const hal = await signIn('hal')
    await leave(hal.token)
    const again = await api.signUp('hal')
    expect(again.handle).toBe('hal')
    expect(await (await again.get('/api/users/me')).json()).toMatchObject({
      handle: 'hal',
      cognito_user_uuid: again.sub,
    })
  })
})

describe('another process', () => {
  it('makes no new row of the token, whether it knew the person or not', async () => {
    const ida = await signIn('ida')
    const [knows, doesNot] = [openProcess(), openProcess()]
    expect((await call(ida.token, 'GET', '/api/users/me', knows)).status).toBe(200)
    await leave(ida.token)
    expect((await call(ida.token, 'GET', '/api/users/me', doesNot)).status).toBe(401)
    expect((await call(ida.token, 'GET', '/api/users/me', knows)).status).toBe(401)
    expect((await call(ida.token, 'POST', '/api/activities', knows)).ok).toBe(false)
    expect(await countRows(ida.sub)).toBe(0)
  })

  it('takes the token nowhere after half a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const jo = await signIn('jo')
    const other = openProcess()
    const list = () => call(jo.token, 'GET', '/api/message_groups', other)
    expect((await list()).status).toBe(200)
    await leave(jo.token)
    vi.setSystemTime(Date.now() + 30_000)
    expect((await list()).status).toBe(401)
  })
})

it('begins anew a day later, for whoever kept their account', async () => {
  const kai = await signIn('kai')
  await leave(kai.token)
  await api.session.query("update departures set created_at = now() - interval '1 day'")
  const response = await call(kai.token, 'GET', '/api/users/me')
  expect(await response.json()).toMatchObject({ handle: 'kai', bio: null, cruds_count: 0 })
})

it('takes a row back that a first request made while the person left elsewhere', async () => {
  const lea = await newcomer('lea')
  let proceed = () => {}
  const left = new Promise<void>((resolve) => {
    proceed = resolve
  })
  let ask = () => {}
  const asked = new Promise<void>((resolve) => {
    ask = resolve
  })
  const slow = openProcess(async (accessToken) => {
    ask()
    await left
    return accounts.get(accessToken)
  })
  const first = call(lea.token, 'GET', '/api/users/me', slow)
  await asked
  expect((await leave(lea.token)).status).toBe(200)
  proceed()
  expect((await first).status).toBe(401)
  expect(await countRows(lea.sub)).toBe(0)
})
