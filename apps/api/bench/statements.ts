import {
  type Db,
  findProfile,
  findThread,
  insertCrud,
  insertReply,
  listHome,
  type Position,
} from '@cruddur/db'
import { openDb } from '@cruddur/db/admin'

/** A statement of ours, for a floor to run as well. */
export interface Statement {
  text: string
  parameters: unknown[]
  /** What is sent: these texts and columns of the first row, in turn. */
  sent: (string | { column: string })[]
}

/** Stand where a request’s own values go. */
export const marks = {
  message: 'MESSAGE',
  sub: 'SUB',
  uuid: '00000000-0000-4000-8000-000000000000',
}

async function record(run: (db: Db) => Promise<unknown>, sent: Statement['sent']) {
  let statement: Statement | undefined
  const db: Db = openDb(async ({ text, parameters }) => {
    statement ??= { text, parameters, sent }
    return []
  })
  await run(db)
  if (!statement) throw new Error('Nothing was asked of the database')
  return statement
}

const items = [{ column: 'items' }]
const body = [{ column: 'body' }]
const activity = [{ column: 'activity' }]

export const homeStatement = (after?: Position) =>
  record((db) => listHome(db, { limit: 50, after }), items)

export const profileStatement = (handle: string) =>
  record((db) => findProfile(db, { handle, limit: 40 }), body)

export const threadStatement = (uuid: string) =>
  record((db) => findThread(db, { uuid, limit: 50 }), body)

export const crudStatement = () =>
  record((db) => insertCrud(db, { ...marks, ttlHours: 1 }), activity)

export const replyStatement = () =>
  record((db) => insertReply(db, { ...marks, replyTo: marks.uuid }), activity)
