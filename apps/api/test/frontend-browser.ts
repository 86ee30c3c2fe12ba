import { expect } from 'vitest'
import { frontend } from './harness.ts'

interface App {
  request: (path: string, init: RequestInit) => Response | Promise<Response>
}

interface Options<T> {
  auth?: boolean
  success: (data: T) => void
  setErrors?: (errors: unknown) => void
}

/** A page of the front end’s origin with `src/lib/Requests.js` in it. */
export function openBrowser({ request: send }: App, accessToken: string | null = null) {
  const localStorage = { access_token: accessToken }
  const calls: string[] = []

  /** As a browser does it: nothing is sent or read that CORS does not allow. */
  async function fetch(path: string, init: { method: string; headers: Record<string, string> }) {
    const preflight = await send(path, {
      method: 'OPTIONS',
      headers: {
        origin: frontend,
        'access-control-request-method': init.method,
        'access-control-request-headers': Object.keys(init.headers).sort().join(',').toLowerCase(),
      },
    })
    const allows = (header: string) =>
      preflight.headers.get(header)?.toLowerCase().split(/, */) ?? []
    const isAllowed =
      preflight.ok &&
      preflight.headers.get('access-control-allow-origin') === frontend &&
      // The safelisted methods need no leave; the others are compared as they are written.
      (['GET', 'POST'].includes(init.method) ||
        allows('access-control-allow-methods').includes(init.method.toLowerCase())) &&
      Object.keys(init.headers).every((name) =>
        allows('access-control-allow-headers').includes(name.toLowerCase()),
      )
    if (!isAllowed) throw new TypeError('Failed to fetch')
    const response = await send(path, { ...init, headers: { origin: frontend, ...init.headers } })
    if (response.headers.get('access-control-allow-origin') !== frontend) {
      throw new TypeError('Failed to fetch')
    }
    return response
  }

  async function request<T>(method: string, url: string, payload: unknown, options: Options<T>) {
    options.setErrors?.('')
    try {
      const headers: Record<string, string> = { 'Content-Type': 'application/json' }
      if (options.auth) headers.Authorization = `Bearer ${localStorage.access_token}`
      const body = method === 'GET' ? {} : { body: JSON.stringify(payload) }
      const res = await fetch(url, { method, headers, ...body })
      calls.push(`${method} ${url} ${res.status}`)
      const data = await res.json()
      if (res.status === 200) options.success(data as T)
      // Without setErrors this throws, which is caught: the page keeps its initial state.
      else (options.setErrors as (errors: unknown) => void)(data)
    } catch {
      options.setErrors?.(['generic_500'])
    }
  }

  return {
    calls,
    get: <T>(url: string, options: Options<T>) => request('GET', url, null, options),
    post: <T>(url: string, payload: unknown, options: Options<T>) =>
      request('POST', url, payload, options),
    put: <T>(url: string, payload: unknown, options: Options<T>) =>
      request('PUT', url, payload, options),
  }
}

export type Browser = ReturnType<typeof openBrowser>

const texts: Record<string, string> = {
  generic_500: 'An internal server error has occured',
  generic_401: 'You are not authenicated to perform this action',
  message_blank: 'The message cannot be blank',
  message_exceed_max_chars_1024: 'The message is too long, It should be less than 1024 characters',
  message_group_uuid_blank: 'The message group cannot be blank',
  user_reciever_handle_blank: 'You need to send a message to a valid user',
  display_name_blank: 'The display name cannot be blank',
}

/** `FormErrors`: what is no array of strings crashes the page. */
export function renderErrors(errors: unknown): string[] {
  if ((errors as string | unknown[]).length === 0) return []
  return (errors as unknown[]).map((code) => {
    if (typeof code !== 'string') throw new Error('Objects are not valid as a React child')
    return texts[code] ?? code
  })
}

export interface Activity {
  uuid: string
  handle: string
  display_name: string
  message: string
  created_at: string
  expires_at: string | null
  replies_count: number
}

export type Message = Pick<Activity, 'uuid' | 'handle' | 'display_name' | 'message' | 'created_at'>

/** A feed or a conversation: what it shows of each item, as it shows it. */
export function render(items: (Activity | Message)[]): string[] {
  const keys = items.map(({ uuid }) => uuid)
  expect(new Set(keys).size, 'React keys').toBe(items.length)
  return items.map((item) => {
    expect(typeof item.message).toBe('string')
    expect(item.created_at).toMatch(isoInstant)
    const { expires_at, replies_count } = { expires_at: null, replies_count: 0, ...item }
    if (expires_at) expect(expires_at).toMatch(isoInstant)
    const counter = replies_count > 0 ? ` (${replies_count})` : ''
    return `${item.display_name} @${item.handle}: ${item.message}${counter}`
  })
}

/** What `DateTime.fromISO` reads. */
const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
