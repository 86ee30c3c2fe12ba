import { databaseOf, onServer } from './databases.ts'
import { quoteName } from './session.ts'

/** A database in the one encoding that is none. */
export const createAsciiDatabase = (url: string) =>
  onServer(url, async (query) => {
    const [server] = await query<{ old: boolean }>(
      "select current_setting('server_version_num')::int < 150000 as old",
    )
    const provider = server?.old ? '' : "locale_provider 'libc'"
    await query(`create database ${quoteName(databaseOf(url))} encoding 'SQL_ASCII' ${provider}
      lc_collate 'C' lc_ctype 'C' template template0`)
  })
