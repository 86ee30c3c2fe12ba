export { type ConnectOptions, connect, type Database, type Db } from './client.ts'
export {
  ConnectionUrlError,
  describeTarget,
  isLoopback,
  readConnectionUrl,
} from './connection-url.ts'
export { refusedBy } from './constraints.ts'
export { type IamOptions, missingForIam, signRdsToken } from './iam-token.ts'
export type { JsonBytes, JsonText, Page, PageRequest, Position } from './json-text.ts'
export { type Activity, insertCrud, insertReply } from './queries/activities.ts'
export { deleteActivity } from './queries/activities-delete.ts'
export { findProfile, findThread, type HomePage, listHome, type PageOf } from './queries/feeds.ts'
export {
  deleteOldAnswer,
  findAnswer,
  type RememberedAnswer,
  type RepeatableRequest,
} from './queries/idempotency.ts'
export { type Departure, deletePerson, findStanding } from './queries/leaving.ts'
export { listMessageGroups, type MessageGroup } from './queries/message-groups.ts'
export { listMessages, type Message } from './queries/messages.ts'
export {
  insertMessage,
  isReceiver,
  type MessageTarget,
  type SentMessage,
} from './queries/messages-send.ts'
export { listNotifications } from './queries/notifications.ts'
export {
  findPersonByHandle,
  type NewPerson,
  type UpsertedPerson,
  upsertPerson,
} from './queries/people.ts'
export { updateProfile } from './queries/people-edit.ts'
export { isHandle } from './queries/people-names.ts'
export { findOwnProfile, findShortProfile } from './queries/profiles.ts'
export { type Bucket, type TokenTaken, takeToken } from './queries/rate-limits.ts'
export { isMigrated } from './queries/readiness.ts'
export { type SearchPosition, searchActivities } from './queries/search.ts'
export { type Swept, sweep } from './sweep.ts'
export { DatabaseUnavailableError, isUnavailable } from './unavailable.ts'
