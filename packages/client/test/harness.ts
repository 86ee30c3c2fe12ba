import { openApi } from '@cruddur/api/testing'
import { createClient } from '@cruddur/client'

/** The real app, and clients of it that note what they ask. */
export async function openClients() {
  const api = await openApi()
  const asked: { url: string; init: RequestInit }[] = []
  const fetch = (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return api.app.request(url, init)
  }
  const clientOf = (token?: string) =>
    createClient({ baseUrl: 'http://api/', getToken: () => token, fetch })

  async function signUp(handle: string) {
    const { token, uuid } = await api.signUp(handle)
    return { token, uuid, client: clientOf(token) }
  }
  return { asked, fetch, anybody: clientOf(), signUp }
}
