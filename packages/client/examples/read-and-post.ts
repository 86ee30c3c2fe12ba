import { type Answer, CruddurError, createClient } from '@cruddur/client'

/** Says good morning to everybody whose crud is on the home feed. */
export async function readAndPost(baseUrl: string, getToken: () => Promise<string | null>) {
  const cruddur = createClient({ baseUrl, getToken })
  const read: Answer<'home'> = []
  for await (const cruds of cruddur.home.pages({ limit: 10 })) read.push(...cruds)

  const handles = [...new Set(read.map(({ handle }) => `@${handle}`))]
  const message = `Good morning, ${handles.join(' ')}`
  const crud = { message, ttl: '1-day', idempotencyKey: crypto.randomUUID() } as const
  try {
    return await cruddur.post(crud).catch((error) => {
      if (error instanceof CruddurError) throw error
      // The network failed, perhaps after the crud was posted: by its key it is posted once.
      return cruddur.post(crud)
    })
  } catch (error) {
    if (!(error instanceof CruddurError)) throw error
    if (error.codes.includes('generic_401')) return 'Sign in first'
    return `Refused with ${error.codes.join(', ')}: request ${error.requestId}`
  }
}
