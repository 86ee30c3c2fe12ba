import { expect } from 'vitest'

/** What no line of log may hold, whoever wrote it: a token, an address to write to, a database. */
const forbidden = {
  'a token': /eyJ[\w-]{10,}/,
  'an email address': /[\w.+-]+@[\w-]+\.[a-z]{2,}/i,
  'a connection URL': /postgres(?:ql)?:\/\/(?!user:password@host)/,
  'what was sent to sign in': /bearer\s/i,
}

/** Refuses a log that holds a secret of any kind, or one of these. */
export function expectNoSecrets(log: string, secrets: readonly string[] = []) {
  for (const [what, pattern] of Object.entries(forbidden)) {
    const line = log.split('\n').find((each) => pattern.test(each))
    expect(line, `The log has ${what}`).toBeUndefined()
  }
  expectNone(log, secrets)
}

export function expectNone(text: string, secrets: readonly string[]) {
  // A short one may be part of any word.
  for (const secret of secrets.filter(({ length }) => length > 7)) {
    expect(text.includes(secret), 'The output has a secret that the test used').toBe(false)
  }
}

/** What no line may show of a URL that has a password. */
export function secretsOf(url: string): string[] {
  const { password } = URL.canParse(url) ? new URL(url) : { password: '' }
  return password === '' ? [] : [url, password]
}
