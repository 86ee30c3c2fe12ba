import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

type Claims = Readonly<Record<string, unknown>>

/** A key pair with its public JWK; `sign` signs whatever it is given. */
export const createTestKey = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  const sign = (payload: Claims, header: Claims = {}): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'RS256', kid, ...header })
      .sign(privateKey)
  return { jwk, sign, privateKey }
}

/**
 * What cognito-local 5.3.0 signs with (lib/keys/cognitoLocal.public.json): to test that it is
 * refused.
 */
export const publishedJwk = {
  kty: 'RSA',
  e: 'AQAB',
  use: 'sig',
  kid: 'CognitoLocal',
  alg: 'RS256',
  n: '2uLO7yh1_6Icfd89V3nNTc_qhfpDN7vEmOYlmJQlc9_RmOns26lg88fXXFntZESwHOm7_homO2Ih6NOtu4P5eskGs8d8VQMOQfF4YrP-pawVz-gh1S7eSvzZRDHBT4ItUuoiVP1B9HN_uScKxIqjmitpPqEQB_o2NJv8npCfqUAU-4KmxquGtjdmfctswSZGdz59M3CAYKDfuvLH9_vV6TRGgbUaUAXWC2WJrbbEXzK3XUDBrmF3Xo-yw8f3SgD3JOPl3HaaWMKL1zGVAsge7gQaGiJBzBurg5vwN61uDGGz0QZC1JqcUTl3cZnrx_L8isIR7074SJEuljIZRnCcjQ',
}

export type TestKey = Awaited<ReturnType<typeof createTestKey>>
export type TestPool = Awaited<ReturnType<typeof createTestPool>>

/**
 * A user pool with real keys, for tests: `createVerifier(pool.verifierOptions)` accepts what
 * `pool.sign(claims)` signs. To rotate or withdraw a key, change `pool.jwks.keys`.
 */
export const createTestPool = async ({
  userPoolId = 'us-east-1_TestPool1',
  clientId = 'test-client',
  now = Date.now,
} = {}) => {
  const { jwk, sign: signWith, privateKey } = await createTestKey(`key-of-${userPoolId}`)
  const [region] = userPoolId.split('_')
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`
  const jwks = { keys: [jwk] }
  const requests: string[] = []

  /** A Cognito access token; a claim given as undefined is left out. */
  const sign = (claims: Claims = {}, header: Claims = {}): Promise<string> => {
    const issuedAt = Math.floor(now() / 1000)
    const defaults = {
      sub: crypto.randomUUID(),
      iss: issuer,
      client_id: clientId,
      origin_jti: crypto.randomUUID(),
      event_id: crypto.randomUUID(),
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      auth_time: issuedAt,
      iat: issuedAt,
      exp: issuedAt + 3600,
      jti: crypto.randomUUID(),
      username: crypto.randomUUID(),
    }
    return signWith({ ...defaults, ...claims }, header)
  }

  const fetch = async (url: string): Promise<Response> => {
    requests.push(url)
    return url.endsWith(`${userPoolId}/.well-known/jwks.json`)
      ? Response.json(jwks)
      : new Response('', { status: 404 })
  }

  const verifierOptions = { pools: [{ userPoolId }], clientIds: [clientId], fetch, now }
  return { userPoolId, clientId, issuer, jwks, requests, privateKey, sign, fetch, verifierOptions }
}
