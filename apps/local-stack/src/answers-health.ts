import { get } from 'node:http'

/** Whether the API answers that it runs. Not by fetch, which refuses ports such as 6000. */
export const answersHealth = (apiUrl: string): Promise<boolean> =>
  new Promise((resolve) => {
    const options = { agent: false, signal: AbortSignal.timeout(1000) }
    get(`${apiUrl}/api/health-check`, options, (response) => {
      response.resume().on('error', () => {})
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })
