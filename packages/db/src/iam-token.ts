/** For a connection URL with `?auth=iam`: what its passwords are made of. */
export interface IamOptions {
  /** `process.env`, read anew for each connection, because AWS renews its credentials. */
  environment: Record<string, string | undefined>
  /** No token could be made: the connection goes on without one, and Postgres refuses it. */
  onError: (error: Error) => void
}

export class IamTokenError extends Error {
  override name = 'IamTokenError'
}

interface DatabaseUser {
  host: string
  port: number
  user: string
}

/** The driver's password function. It never rejects: that would end the process inside postgres.js. */
export function tokenSource(target: DatabaseUser, { environment, onError }: IamOptions) {
  return async () => {
    try {
      return await signRdsToken(target, environment, new Date())
    } catch (error) {
      onError(error instanceof Error ? error : new IamTokenError(String(error)))
      return ''
    }
  }
}

/** RDS's password of the next 15 minutes: a presigned URL (AWS Signature, version 4) without its scheme. */
export async function signRdsToken(
  { host, port, user }: DatabaseUser,
  environment: IamOptions['environment'],
  now: Date,
): Promise<string> {
  const { accessKeyId, secretKey, sessionToken, region } = readCredentials(environment)
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const scope = `${day}/${region}/rds-db/aws4_request`
  const query = toQuery({
    Action: 'connect',
    DBUser: user,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '900',
    ...(sessionToken ? { 'X-Amz-Security-Token': sessionToken } : {}),
  })
  const signed = 'X-Amz-SignedHeaders=host'
  const request = `GET\n/\n${query}&${signed}\nhost:${host}:${port}\n\nhost\n${toHex(await hash(''))}`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${toHex(await hash(request))}`
  let key = encoder.encode(`AWS4${secretKey}`)
  for (const part of [day, region, 'rds-db', 'aws4_request']) key = await hmac(key, part)
  const signature = toHex(await hmac(key, text))
  return `${host}:${port}/?${query}&X-Amz-Signature=${signature}&${signed}`
}

/** The variables that signing needs and that are not there. */
export function missingForIam(environment: IamOptions['environment']): string[] {
  const missing = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].filter(
    (name) => !environment[name],
  )
  const hasRegion = environment.AWS_REGION || environment.AWS_DEFAULT_REGION
  return hasRegion ? missing : [...missing, 'AWS_REGION']
}

function readCredentials(environment: IamOptions['environment']) {
  const missing = missingForIam(environment)
  if (missing.length > 0) {
    throw new IamTokenError(`No RDS token can be signed: ${missing.join(', ')} must be set`)
  }
  return {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: environment.AWS_SESSION_TOKEN,
    region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || '',
  }
}

const encoder = new TextEncoder()

const hash = async (text: string) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))

async function hmac(secret: Uint8Array, text: string) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
}

const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** In the alphabetical order that signing demands, and escaped as AWS escapes. */
const toQuery = (parameters: Record<string, string>) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${escapeValue(value)}`)
    .join('&')

const escapeValue = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
