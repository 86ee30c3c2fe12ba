import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it, vi } from 'vitest'
import { frontend, openApi } from '../test/harness.ts'
import { createAjv, type Described } from '../test/openapi-answers.ts'
import { operationsOf, requestOf } from '../test/openapi-request.ts'
import { createApp } from './app.ts'
import { type ErrorCode, statusOfCode } from './http/errors.ts'
import { pathOf } from './openapi-operation.ts'

const api = await openApi()
await api.seed()

const document = (await (await api.get('/openapi.json')).json()) as Described
const operations = operationsOf(document)
const named = operations.map((each) => [each.name, each] as const)
const ajv = createAjv(document)

describe('GET /openapi.json', () => {
  it('answers the document to anybody’s page, with a tag', async () => {
    const response = await api.get('/openapi.json', { origin: frontend })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
    const tag = response.headers.get('etag') ?? ''
    expect((await api.get('/openapi.json', { 'if-none-match': tag })).status).toBe(304)
  })

  it('writes it once, when it is first asked for', async () => {
    const app = createApp({ origins: [], depsFor: () => api.deps })
    const written = vi.spyOn(app, 'getOpenAPI31Document')
    expect(written).not.toHaveBeenCalled()
    for (let call = 0; call < 3; call++) await app.request('/openapi.json')
    expect(written).toHaveBeenCalledOnce()
  })

  it('is valid OpenAPI 3.1, by its official schema, and every reference resolves', async () => {
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true })
  })
})

describe('the document', () => {
  it('has every route of the API and no other, as a person writes paths', () => {
    const routes = api.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
      .map(({ method, path }) => `${method} ${pathOf(path)}`)
    const names = operations.map(({ name }) => name)
    expect(names.toSorted()).toEqual([...new Set(routes)].toSorted())
    expect(names.filter((name) => !/^[A-Z]+ (\/@?(\{\w+\}|[\w-]+))+$/.test(name))).toEqual([])
    expect(names).toContain('GET /api/activities/@{handle}/status/{uuid}')
  })

  it('names each operation once, under a tag that is described and used', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id ?? ''))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    expect([...used].toSorted()).toEqual(document.tags.map(({ name }) => name).toSorted())
    expect(operations.filter(({ operation }) => !operation.summary)).toEqual([])
  })

  it('lists every error code there is', () => {
    expect(document.components.schemas.ErrorCode?.enum).toEqual(Object.keys(statusOfCode))
  })
})

describe.each(named)('%s', (_, { name, method, path, operation }) => {
  const bodies = [operation.requestBody, ...Object.values(operation.responses)].flatMap((each) =>
    Object.values(each?.content ?? {}),
  )

  it('has an example of each body, right by its schema', () => {
    for (const { schema, example } of bodies) {
      const validate = ajv.validatorOf(schema)
      expect(example).toBeDefined()
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it('has parameters with schemas, and those of its path', () => {
    const parameters = operation.parameters ?? []
    for (const { schema } of parameters) if (schema) ajv.validatorOf(schema)
    const inPath = parameters.filter((each) => each.in === 'path').map((each) => `{${each.name}}`)
    expect(inPath.toSorted()).toEqual((path.match(/\{\w+\}/g) ?? []).toSorted())
  })

  it('has errors under the status of their codes', () => {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const codes = Number(status) < 400 ? [] : content?.['application/json']?.schema.items?.enum
      for (const code of codes ?? ['none']) {
        expect(String(statusOfCode[code as ErrorCode])).toBe(status)
      }
    }
  })

  it('says whether it reads a token and needs one, and is as it says', async () => {
    const { url, init } = requestOf({ method, path, operation })
    const { status, headers } = await api.app.request(url, init)
    const { security = [] } = operation
    const isRead = status === 401 || /authorization/i.test(headers.get('vary') ?? '')
    expect(security.length > 0, `${name} answered ${status}`).toBe(isRead)
    const isRequired = isRead && security.every((each) => 'accessToken' in each)
    expect(status === 401, `${name} answered ${status}`).toBe(isRequired)
  })
})
