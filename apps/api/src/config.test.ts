import { expect, it } from 'vitest'
import { readConfig } from './config.ts'

const good = {
  CONNECTION_URL: 'postgres://me:secret@127.0.0.1:5432/cruddur',
  FRONTEND_URL: 'https://cruddur.com, http://localhost:3000/',
  BACKEND_URL: 'https://api.cruddur.com',
  AWS_COGNITO_USER_POOL_ID: 'ca-central-1_Abc123',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
}

it('reads the Flask app’s variables', () => {
  expect(readConfig(good)).toEqual({
    host: undefined,
    port: 4567,
    connectionUrl: good.CONNECTION_URL,
    origins: ['https://cruddur.com', 'http://localhost:3000', 'https://api.cruddur.com'],
    limits: { perPerson: 300, perAddress: 1200, concurrent: 50, store: 'process' },
    trustedHops: 0,
    metrics: undefined,
    cognito: {
      userPoolId: 'ca-central-1_Abc123',
      clientId: 'client1',
      endpoint: 'https://cognito-idp.ca-central-1.amazonaws.com',
      jwksUrl: undefined,
    },
  })
})

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ ...good, PORT: '', BACKEND_URL: '' }).port).toBe(4567)
})

it('says everything that is wrong at once, and never a password', () => {
  let message = ''
  try {
    readConfig({ PORT: 'http', CONNECTION_URL: 'mysql://me:secret@x/y' })
  } catch (error) {
    message = String(error)
  }
  expect(message).toMatch(
    /PORT is no port.*\n.*CONNECTION_URL (does|has|cannot|holds) .*postgres:\/\/.*\n.*FRONTEND_URL is missing.*\n.*USER_POOL_ID is missing.*\n.*CLIENT_ID is missing/,
  )
  expect(message).not.toContain('secret')
})

it.each(['cruddur.com', 'https://cruddur.com/app', '*', 'https://a.com,,https://b.com'])(
  'refuses %s as an origin',
  (FRONTEND_URL) => {
    expect(() => readConfig({ ...good, FRONTEND_URL })).toThrow(
      /FRONTEND_URL has ".*", which is no origin/,
    )
  },
)

it.each(['-1', '65536', '80.5', '0x50', 'abc'])('refuses %s as a port', (PORT) => {
  expect(() => readConfig({ ...good, PORT })).toThrow('PORT is no port')
})

it.each(['127.0.0.1', '::1', 'localhost'])('listens on %s alone when it is told to', (HOST) => {
  expect(readConfig({ ...good, HOST }).host).toBe(HOST)
})

it.each(['http://127.0.0.1', '127.0.0.1:4567', 'api.example.com'])(
  'refuses %s as an address to listen on',
  (HOST) => {
    expect(() => readConfig({ ...good, HOST })).toThrow('HOST is no address to listen on')
  },
)

it('reads limits, hops and where to be measured', () => {
  const variables = {
    RATE_LIMIT_PERSON: '5',
    RATE_LIMIT_ADDRESS: '6',
    RATE_LIMIT_CONCURRENT: '7',
    RATE_LIMIT_STORE: 'postgres',
    TRUSTED_HOPS: '2',
    METRICS_PORT: '9464',
  }
  expect(readConfig({ ...good, ...variables })).toMatchObject({
    limits: { perPerson: 5, perAddress: 6, concurrent: 7, store: 'postgres' },
    trustedHops: 2,
    metrics: { host: '127.0.0.1', port: 9464 },
  })
})

it.each([
  ['RATE_LIMIT_PERSON', '0'],
  ['RATE_LIMIT_ADDRESS', '1.5'],
  ['RATE_LIMIT_CONCURRENT', '-1'],
  ['RATE_LIMIT_STORE', 'redis'],
  ['TRUSTED_HOPS', '*'],
  ['METRICS_PORT', '70000'],
])('refuses %s=%s', (name, value) => {
  expect(() => readConfig({ ...good, [name]: value })).toThrow(`${name} is n`)
})

const standIn = { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'http://127.0.0.1:9229/' }

it('takes a stand-in for Cognito on this machine, with its keys', () => {
  expect(readConfig({ ...good, ...standIn }).cognito).toMatchObject({
    endpoint: 'http://127.0.0.1:9229',
    jwksUrl: 'http://127.0.0.1:9229/ca-central-1_Abc123/.well-known/jwks.json',
  })
})

it.each([
  standIn.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER,
  'http://localhost.:9229',
  'https://localhost.',
  'https://[::ffff:127.0.0.1]:9229',
])('refuses %s as a stand-in before a database that others reach', (url) => {
  const CONNECTION_URL = 'postgres://me:secret@db.example.com/cruddur'
  const variables = { ...good, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url, CONNECTION_URL }
  expect(() => readConfig(variables)).toThrow('anybody could sign in')
})

it.each([
  'http://cognito.example.com',
  'ftp://127.0.0.1',
  '127.0.0.1:9229',
  'https://example.com/path',
  'https://example.com?pool=other',
  'https://me:secret@example.com',
  'http://127.0.0.1:9229/#x',
])('refuses %s in Cognito’s place', (url) => {
  const variables = { ...good, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url }
  expect(() => readConfig(variables)).toThrow('is no URL of Cognito')
})
