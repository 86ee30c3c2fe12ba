import type { AnswerOf, Route } from './api.ts'

/** Every operation by its name; what the API does not have does not compile. */
export const operations = {
  health: ['$get', '/api/health-check'],
  home: ['$get', '/api/activities/home'],
  search: ['$get', '/api/activities/search'],
  notifications: ['$get', '/api/activities/notifications'],
  profile: ['$get', '/api/activities/@:handle'],
  thread: ['$get', '/api/activities/:uuid'],
  post: ['$post', '/api/activities'],
  reply: ['$post', '/api/activities/:uuid/reply'],
  deleteActivity: ['$delete', '/api/activities/:uuid'],
  me: ['$get', '/api/users/me'],
  leave: ['$delete', '/api/users/me'],
  person: ['$get', '/api/users/@:handle/short'],
  updateProfile: ['$put', '/api/profile/update'],
  messageGroups: ['$get', '/api/message_groups'],
  messages: ['$get', '/api/messages/:message_group_uuid'],
  sendMessage: ['$post', '/api/messages'],
} as const satisfies Record<string, Route>

export type Operations = typeof operations

/** What an operation answers: `Answer<'post'>` is a crud. */
export type Answer<Name extends keyof Operations> = AnswerOf<Operations[Name]>
