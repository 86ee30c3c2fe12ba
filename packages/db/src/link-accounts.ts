import { openSession } from './session.ts'

export interface SeedAccount {
  sub: string
  email: string
  handle: string
}

/**
 * Gives rows to the accounts of the local pool, by the rule for those who signed up again: the
 * handle and the verified email must both be the row's.
 */
export async function linkAccounts(url: string, accounts: SeedAccount[]): Promise<void> {
  const session = openSession(url, 'cruddur-seed')
  try {
    await session.query(
      `update users set cognito_user_id = account.sub
       from json_to_recordset($1) as account(sub text, email text, handle text)
       where users.email = account.email and lower(users.handle) = lower(account.handle)
         and not exists (select from users as holder where holder.cognito_user_id = account.sub)`,
      [JSON.stringify(accounts)],
    )
  } finally {
    await session.close()
  }
}
