import { explain, openSession, people } from '@cruddur/db/admin'
import { devPassword } from '../local-pool.ts'
import { attributeOf, type PoolUser } from './pool-files.ts'

/** Whom one can sign in as. */
export interface LocalPerson {
  handle: string
  email: string
  password: string
}

/**
 * Gives the seeded people's rows to their accounts, by the rule for those who signed up again: the
 * handle and the verified email must both be the row's. Without drizzle, which costs 0.3 s to load.
 */
export async function linkPeople(connectionUrl: string, users: PoolUser[]): Promise<LocalPerson[]> {
  const accounts = users.filter(isSeeded).map((user) => ({
    sub: attributeOf(user, 'sub'),
    email: attributeOf(user, 'email') ?? '',
    handle: attributeOf(user, 'preferred_username') ?? '',
    password: user.Password,
  }))
  const session = openSession(connectionUrl, 'cruddur-dev')
  try {
    await session.query(
      `update users set cognito_user_id = account.sub
       from json_to_recordset($1) as account(sub text, email text, handle text)
       where users.email = account.email and lower(users.handle) = lower(account.handle)
         and not exists (select from users as holder where holder.cognito_user_id = account.sub)`,
      [JSON.stringify(accounts)],
    )
  } catch (cause) {
    const reason = explain(cause, connectionUrl)
    throw new Error(`The seeded people cannot be given their accounts. ${reason}`, { cause })
  } finally {
    await session.close()
  }
  // Another password is somebody's own, who signed up in that person's stead.
  return accounts
    .filter(({ password }) => password === devPassword)
    .map(({ handle, email, password }) => ({ handle, email, password }))
}

const isSeeded = (user: PoolUser) =>
  user.UserStatus === 'CONFIRMED' &&
  people.some(({ email }) => email === attributeOf(user, 'email'))
