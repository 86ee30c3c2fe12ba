export { type Client, type ClientOptions, createClient } from './client.ts'
export { CruddurError, type ErrorCode } from './cruddur-error.ts'
export type { Answer } from './operations.ts'
