import { causeWith } from './cause.ts'
import { type ConnectionTarget, describeTarget, readConnectionUrl } from './connection-url.ts'

/** One line for a person: what is wrong with this database, and what to do. Never the password. */
export function explain(error: unknown, url: string): string {
  const target = readConnectionUrl(url)
  const server = `${target.host}:${target.port}`
  const code = causeWith(error, 'code') ?? ''
  const advice = adviceFor(code, target)
  if (advice) return advice
  if (/^E[A-Z_]+$|^CONNECT/.test(code)) {
    return `Cannot reach Postgres at ${server} (${code}). Is it running, and does the network let you through?`
  }
  const message = causeWith(error, 'message') ?? String(error)
  const secret = target.password === '' ? message : message.replaceAll(target.password, '***')
  return `${describeTarget(target)}: ${secret}`
}

function adviceFor(code: string, { host, port, user, database }: ConnectionTarget) {
  const server = `${host}:${port}`
  const advice: Record<string, string> = {
    ECONNREFUSED: `Nothing answers at ${server} (ECONNREFUSED). Start Postgres there, or correct the connection URL.`,
    ENOTFOUND: `The host ${host} is not known (ENOTFOUND). Correct the connection URL's host.`,
    EAI_AGAIN: `The host ${host} cannot be looked up now (EAI_AGAIN). Is the network up?`,
    CONNECT_TIMEOUT: `No answer from ${server} (CONNECT_TIMEOUT). Does a firewall or security group let you in?`,
    '28P01': `Postgres at ${server} refuses the password of ${user} (28P01). Correct it in the connection URL.`,
    '28000': `Postgres at ${server} does not let ${user} in (28000). Check pg_hba.conf, or whether it wants TLS.`,
    '3D000': `Postgres at ${server} has no database "${database}" (3D000). Create it, or correct the connection URL.`,
    '53300': `Postgres at ${server} has no connection to spare (53300). Close some, then run this again.`,
    '57P03': `Postgres at ${server} is starting up or shutting down (57P03). Run this again in a moment.`,
  }
  return advice[code]
}
