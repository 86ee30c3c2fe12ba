import type { Activity, Browser, Message } from './frontend-browser.ts'

interface Profile {
  handle: string
  display_name: string
  bio: string | null
  cruds_count: number
  cognito_user_uuid: string | null
}

type ProfilePage = { profile: Profile | undefined; activities: Activity[] }
type CrudPage = { activity: Activity | undefined; replies: Activity[] }
type Other = Pick<Profile, 'handle' | 'display_name'> | undefined
type Sent = Message & { message_group_uuid: string }

/** What it shows, whether it still stands open after it was sent, and where it led to. */
export interface Form {
  errors: unknown
  popped: boolean
  location?: string
}

interface ActivityForm {
  message: string
  ttl?: string
  /** Handed down by the home page; the profile and crud pages forget one or the other. */
  setActivities?: (crud: Activity) => void
  setPopped?: (form: Form) => void
}

/** Components map what they are given; what is no array crashes the page. */
const mapped = <T>(items: T[]): T[] => items.map((item) => item)

/** The pages’ own calls, bodies and state, component by component. */
export function pagesOf({ get, post, put }: Browser) {
  async function load<T>(url: string, auth: boolean, initial: T): Promise<T> {
    let state = initial
    const success = (data: T) => {
      state = data
    }
    await get<T>(url, { auth, success })
    return state
  }

  async function submit<T>(
    send: typeof post,
    url: string,
    body: object,
    done: (form: Form, data: T) => void,
  ): Promise<Form> {
    const form: Form = { errors: '', popped: true }
    const setErrors = (errors: unknown) => {
      form.errors = errors
    }
    await send<T>(url, body, { auth: true, setErrors, success: (data) => done(form, data) })
    return form
  }

  const feed = async (url: string) => mapped(await load<Activity[]>(url, true, []))
  const close = (form: Form) => {
    form.popped = false
  }

  return {
    home: () => feed('/api/activities/home'),
    notifications: () => feed('/api/activities/notifications'),

    async profile(handle: string) {
      const initial: ProfilePage = { profile: undefined, activities: [] }
      const { profile, activities } = await load(`/api/activities/@${handle}`, false, initial)
      return { profile, activities: mapped(activities) }
    },

    async crud(handle: string, uuid: string) {
      const url = `/api/activities/@${handle}/status/${uuid}`
      const initial: CrudPage = { activity: undefined, replies: [] }
      const { activity, replies } = await load(url, false, initial)
      return { activity, replies: mapped(replies) }
    },

    activityForm: ({ message, ttl = '7-days', ...props }: ActivityForm) =>
      submit<Activity>(post, '/api/activities', { message, ttl }, (form, crud) => {
        // The component calls both, whether or not its page handed them down.
        const { setActivities, setPopped } = props as Required<typeof props>
        setActivities(crud)
        setPopped(form)
      }),

    replyForm({ uuid }: Activity, message: string, replies: Activity[] = []) {
      const body = { activity_uuid: uuid, message }
      return submit<Activity>(post, `/api/activities/${uuid}/reply`, body, (form, reply) => {
        replies.unshift(reply)
        close(form)
      })
    },

    profileForm: (body: { bio: string; display_name: string }) =>
      submit(put, '/api/profile/update', body, close),

    groups: async () => mapped(await load<Message[]>('/api/message_groups', true, [])),
    newMessage: (handle: string) => load<Other>(`/api/users/@${handle}/short`, true, undefined),
    messages: async (uuid: string) =>
      mapped(await load<Message[]>(`/api/messages/${uuid}`, true, [])),

    /** Of `/messages/new/:handle` or of `/messages/:message_group_uuid`. */
    messageForm: (message: string, params: { handle: string } | { message_group_uuid: string }) =>
      submit<Sent>(post, '/api/messages', { message, ...params }, (form, sent) => {
        form.location = `/messages/${sent.message_group_uuid}`
      }),
  }
}
