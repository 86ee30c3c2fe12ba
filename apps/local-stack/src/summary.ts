import type { LocalFacts } from './local-record.ts'
import type { Terminal } from './terminal.ts'

interface Summary {
  title: string
  howToStop: string
}

/** The block that says what runs and what to do next. */
export function summarise(
  local: LocalFacts,
  { title, howToStop }: Summary,
  paint: Terminal['paint'],
): string {
  const { apiUrl, database } = local
  const rows: [string, string][] = [
    ['API', apiUrl],
    ['', 'reloads when a source file changes'],
    ...rowsOf('Database', database),
    ...rowsOf('Cognito', describeCognito(local)),
    ['Try', `curl -s '${apiUrl}/api/activities/home?limit=3'`],
    ...local.people.slice(0, 1).map(({ handle }) => row('', curlAs(handle, apiUrl))),
    ['Stop', howToStop],
  ]
  const lines = rows.map(([name, text]) => {
    const label = paint('dim', name.padEnd(10))
    return `  ${label}${name === '' ? paint('dim', text) : text}`
  })
  return ['', paint('bold', title), '', ...lines, ''].join('\n')
}

const row = (name: string, text: string): [string, string] => [name, text]

const rowsOf = (name: string, lines: string[]) =>
  lines.map((line, index) => row(index === 0 ? name : '', line))

function describeCognito(local: LocalFacts): string[] {
  const { cognitoUrl, userPoolId, clientId, confirmationCode, people } = local
  if (!cognitoUrl) return [`your own pool ${userPoolId}, so none was started here`]
  const lines = [
    cognitoUrl,
    `pool ${userPoolId}, client ${clientId}, every code is ${confirmationCode}`,
  ]
  const [first] = people
  if (!first) return lines
  const emails = people.map(({ email }) => email).join(', ')
  return [...lines, `${emails}: sign in with ${first.password}`]
}

const curlAs = (handle: string, apiUrl: string) =>
  `curl -s -H "Authorization: Bearer $(npx -y pnpm@12 --silent dev:token ${handle})" ` +
  `${apiUrl}/api/users/me`
