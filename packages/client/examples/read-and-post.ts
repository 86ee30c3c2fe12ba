import { type Answer, CruddurError, createClient } from '@cruddur/client'

/** Posts a crud, and says so to everybody who wrote one today. */
export async function readAndPost(baseUrl: string, getToken: () => Promise<string | null>) {
  const cruddur = createClient({ baseUrl, getToken })
  const read: Answer<'home'> = []
  for await (const cruds of cruddur.home.pages({ limit: 10 })) read.push(...cruds)

  const handles = [...new Set(read.map(({ handle }) => `@${handle}`))]
  const message = `Good morning, ${handles.join(' ')}`
  try {
    return await cruddur.post({ message, ttl: '1-day', idempotencyKey: 'this-morning' })
  } catch (error) {
    if (!(error instanceof CruddurError)) throw error
    if (error.codes.includes('generic_401')) return 'Sign in first'
    return `Refused with ${error.codes.join(', ')}: request ${error.requestId}`
  }
}
