import { describe, expect, it } from 'vitest'
import { expectCodes, openWorld, type Row } from './contract-routes.ts'

const { api, send, di, ed, routes } = await openWorld()

const target = ({ route, path }: Row) => {
  const [method = '', pattern = ''] = route.split(' ')
  return { method, path: path ?? pattern, pathname: (path ?? pattern).split('?')[0] ?? '' }
}
const large = 'x'.repeat(65 * 1024)
const call = (row: Row, sent: Parameters<typeof send>[2] = {}, path = target(row).path) =>
  send(target(row).method, path, {
    token: row.viewer ? di.token : undefined,
    ...(row.body ? { body: row.body } : {}),
    ...sent,
  })

it('is about every route, and no other', () => {
  const registered = api.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
    .map(({ method, path }) => {
      const plain = path.replace(/:handle\{[^}]*\}/g, '@:handle').replace(/\{[^}]*\}/g, '')
      return `${method} ${plain}`
    })
  expect([...new Set(registered)].toSorted()).toEqual(routes.map(({ route }) => route).toSorted())
})

describe('401', async () => {
  const now = Math.floor(Date.now() / 1000)
  const other = { userPoolId: 'us-east-1_Elsewhere' }
  const tokens = {
    'no token': undefined,
    null: 'null',
    'an expired one': await api.pool.sign({ sub: di.sub, exp: now - 1, iat: now - 3601 }),
    'one without exp': await api.pool.sign({ sub: di.sub, exp: undefined }),
    'an id token': await api.pool.sign({ sub: di.sub, token_use: 'id', aud: 'test-client' }),
    'another client’s': await api.pool.sign({ sub: di.sub, client_id: 'another' }),
    'another pool’s': await api.pool.sign({
      sub: di.sub,
      iss: api.pool.issuer.replace(api.pool.userPoolId, other.userPoolId),
    }),
    garbage: 'a.b.c',
    'two words': `${di.token} ${di.token}`,
  }
  const guarded = routes.filter(({ viewer }) => viewer)
  it.each(guarded)('$route, whatever is wrong about the token', async (row) => {
    for (const token of Object.values(tokens)) {
      await expectCodes(await call(row, { token }), 401, ['generic_401'])
    }
    const headers = { authorization: `Basic ${btoa('di:secret')}` }
    await expectCodes(await call(row, { token: undefined, headers }), 401, ['generic_401'])
  })

  it.each(guarded.filter(({ body }) => body))(
    '$route, before the body is looked at',
    async (row) => {
      await expectCodes(await call(row, { token: 'null', body: {} }), 401, ['generic_401'])
      await expectCodes(await call(row, { token: 'null', body: '{' }), 401, ['generic_401'])
    },
  )

  it.each(routes.filter(({ viewer }) => !viewer))('is never $route', async (row) => {
    for (const token of [...Object.values(tokens), ed.token]) {
      expect((await call(row, { token })).status).toBe(200)
    }
  })
})

describe('404', () => {
  const rows = routes.flatMap(({ missing = [], ...row }) =>
    missing.map(([path, code]) => ({ ...row, path, code })),
  )
  it.each(rows)('$route: $path', async ({ code, ...row }) => {
    await expectCodes(await call(row), 404, [code])
  })

  it.each([
    '/',
    '/api',
    '/api/nowhere',
    '/api/activities/nowhere',
    '/api/activities/home/',
    '/api/activities/@',
    '/api/users/di/short',
    '/api/users/di',
    '/api/messages/',
    '/api/activities/@di/status/',
    '/api/activities/1/2',
    '/api/activities/%00',
  ])('GET %s', async (path) => {
    await expectCodes(await send('GET', path), 404, ['not_found'])
  })

  it('is said before anything of a body', async () => {
    const headers = { 'content-type': 'text/plain' }
    for (const body of ['text', large]) {
      await expectCodes(await send('POST', '/api/nowhere', { body, headers }), 404, ['not_found'])
    }
  })

  it('is a group that one is not in', async () => {
    const { token } = await api.signUp('outsider')
    for (const row of routes.filter(({ route }) => route.includes('message_group_uuid'))) {
      await expectCodes(await call(row, { token }), 404, ['message_group_not_found'])
    }
  })
})

describe('405, with what is allowed', () => {
  const targets = routes.map(target)
  const paths = new Set(targets.map(({ pathname }) => pathname))
  const rows = [...paths].flatMap((path) => {
    const known = targets.filter(({ pathname }) => pathname === path)
    const methods = known.map(({ method }) => method)
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
      .filter((method) => !methods.includes(method))
      .map((method) => ({ method, path, allow }))
  })
  it.each(rows)('$method $path', async ({ method, path, allow }) => {
    for (const body of method === 'GET' ? [undefined] : ['{}', '', large, undefined]) {
      const response = await send(method, path, { body, token: di.token })
      await expectCodes(response, 405, ['method_not_allowed'])
      expect(response.headers.get('allow')?.split(', ').toSorted()).toEqual(allow.toSorted())
    }
  })
})

describe.each(routes.filter(({ body }) => body))('$route', (row) => {
  it('413: over 64 KiB, whether or not it says so', async () => {
    const body = JSON.stringify({ ...row.body, more: large })
    await expectCodes(await call(row, { body }), 413, ['body_too_large'])
    const headers = { 'content-length': String(body.length) }
    await expectCodes(await call(row, { body, headers }), 413, ['body_too_large'])
  })

  it('400: a body that breaks off, which is nobody’s outage', async () => {
    const { path, method } = target(row)
    const headers = { authorization: `Bearer ${di.token}`, 'content-type': 'application/json' }
    const body = new ReadableStream({
      start: (controller) =>
        controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
    })
    const response = await api.app.request(path, { method, headers, body, duplex: 'half' })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(['body_malformed'])
    expect(api.logged().filter(({ level }) => level === 'error')).toEqual([])
  })

  it('takes 64 KiB', async () => {
    const { token } = await api.signUp(`big-${target(row).method}-${target(row).path.length}`)
    const room = 64 * 1024 - JSON.stringify({ ...row.body, more: '' }).length
    const body = JSON.stringify({ ...row.body, more: 'x'.repeat(room) })
    expect((await call(row, { body, token })).status).toBe(200)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
    'application/jsonp',
    'multipart/form-data; boundary=json',
    '',
  ])('415: %j', async (type) => {
    const response = await call(row, { headers: { 'content-type': type } })
    await expectCodes(response, 415, ['content_type_unsupported'])
  })

  it.each([
    'application/json;charset=utf-8',
    'application/json ;charset=utf-8',
    'Application/JSON; charset="utf-8"',
  ])('takes %s', async (type) => {
    const response = await call(row, { headers: { 'content-type': type }, body: {} })
    expect(response.status).toBe(422)
  })

  it.each(['', ' ', '{', '{"message":', '{}{}', '\u0000', "{'a':1}", '{"a":1,}', '<p>'])(
    '400: %j is no JSON',
    async (body) => {
      await expectCodes(await call(row, { body }), 400, ['body_malformed'])
    },
  )

  it('400: bytes that are no UTF-8', async () => {
    const { path, method } = target(row)
    const headers = { authorization: `Bearer ${di.token}`, 'content-type': 'application/json' }
    const body = Buffer.from(JSON.stringify({ ...row.body, message: 'x\xff\xfe' }), 'latin1')
    const response = await api.app.request(path, { method, headers, body })
    expect([response.status, await response.json()]).toEqual([400, ['body_malformed']])
  })

  it.each(['null', '[]', '[{}]', '"text"', '7', 'true'])('400: %s is no object', async (body) => {
    await expectCodes(await call(row, { body }), 400, ['body_malformed'])
  })

  it.each(row.refused ?? [])('422: %j is %j', async (change, codes) => {
    await expectCodes(await call(row, { body: { ...row.body, ...change } }), 422, codes)
  })
})

describe.each(routes.filter(({ pages }) => pages))('$route', (row) => {
  const ask = (query: string) => {
    const { path } = target(row)
    return call(row, {}, `${path}${path.includes('?') ? '&' : '?'}${query}`)
  }

  it.each(['0', '101', '-1', '1.5', '1e1', 'ten', '', '%00', ' 5'])(
    '422: limit %j',
    async (limit) => {
      await expectCodes(await ask(`limit=${limit}`), 422, ['limit_invalid'])
    },
  )

  it.each(['', 'x', '%00', '%F0%9F%A6%89', btoa('null'), btoa('9999 x'), '../..', "'--"])(
    '422: cursor %j',
    async (cursor) => {
      await expectCodes(await ask(`cursor=${cursor}`), 422, ['cursor_invalid'])
      const both = await ask(`limit=0&cursor=${cursor}`)
      await expectCodes(both, 422, ['limit_invalid', 'cursor_invalid'])
    },
  )

  it.each(['1', '100'])('takes limit %s', async (limit) => {
    expect((await ask(`limit=${limit}`)).status).toBe(200)
  })
})

it.each(['', 'term=', 'term=%20', 'term=%E3%80%80'])('422: a search for %j', async (query) => {
  const response = await send('GET', `/api/activities/search?${query}`)
  await expectCodes(response, 422, ['search_term_blank'])
})
