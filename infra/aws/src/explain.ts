import { Refusal } from './refusal.ts'

/** What ended a command, as a sentence that says what to do. */
export function explain(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (error instanceof Refusal) return message
  if (message === 'Region is missing') return 'No region is named: set AWS_REGION.'
  if (/^(CredentialsProvider|TokenProvider)Error$/.test(name)) {
    return `AWS is not told who asks (${message}): set AWS_PROFILE, or sign in with \`aws sso login\`.`
  }
  return `${name}: ${message}`
}
