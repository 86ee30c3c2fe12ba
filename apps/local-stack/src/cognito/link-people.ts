import { explain, linkAccounts, people } from '@cruddur/db/admin'
import { devPassword } from '../local-pool.ts'
import { attributeOf, type PoolUser } from './pool-files.ts'

/** Whom one can sign in as. */
export interface LocalPerson {
  sub: string
  handle: string
  email: string
  password: string
}

/** Gives the seeded people's rows to their accounts. */
export async function linkPeople(connectionUrl: string, users: PoolUser[]): Promise<LocalPerson[]> {
  const accounts = users.filter(isSeeded).map((user) => ({
    sub: attributeOf(user, 'sub') ?? '',
    email: attributeOf(user, 'email') ?? '',
    handle: attributeOf(user, 'preferred_username') ?? '',
    password: user.Password,
  }))
  await linkAccounts(connectionUrl, accounts).catch((cause) => {
    const reason = explain(cause, connectionUrl)
    throw new Error(`The seeded people cannot be given their accounts. ${reason}`, { cause })
  })
  // Another password is somebody's own, who signed up in that person's stead.
  return accounts.filter(({ password }) => password === devPassword)
}

const isSeeded = (user: PoolUser) =>
  user.UserStatus === 'CONFIRMED' &&
  people.some(({ email }) => email === attributeOf(user, 'email'))
