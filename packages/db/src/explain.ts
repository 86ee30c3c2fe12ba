import { causeWith } from './cause.ts'
import { type ConnectionTarget, describeTarget, readConnectionUrl } from './connection-url.ts'

/** One line for a person: what is wrong with this database, and what to do. Never the password. */
export function explain(error: unknown, url: string, environment = 'local'): string {
  const target = readConnectionUrl(url)
  const server = `${target.host}:${target.port}`
  const code = causeWith(error, 'code') ?? ''
  const message = causeWith(error, 'message') ?? String(error)
  const known = adviceFor(code, target, environment) ?? (target.tls && tlsAdvice(code, server))
  if (known) return known
  if (/before secure TLS/.test(message)) {
    return `Postgres at ${server} does not speak TLS (${code}). Turn ssl on there: in the clear, the password would be anybody’s.`
  }
  if (/^E[A-Z]+$|^CONNECT/.test(code)) {
    return `Cannot reach Postgres at ${server} (${code}). Is it running, and does the network let you through?`
  }
  const rest = withoutSecrets(message, target.password)
  return `${describeTarget(target)}: ${rest}${code === '42P01' ? migrateHint(environment) : ''}`
}

const migrateHint = (environment: string) =>
  `. If it is one of our tables, run \`pnpm db migrate ${environment}\` first.`

/** No server says a password back; this is for what a library may put into a message. */
function withoutSecrets(message: string, password: string): string {
  const clean = message.replaceAll(/:\/\/[^\s@]*@/g, '://***@')
  // A short one is part of every other word, and masking those would spell it out.
  return password.length < 8 ? clean : clean.replaceAll(password, '***')
}

function adviceFor(code: string, target: ConnectionTarget, environment: string) {
  const { host, port, user, database, iam } = target
  const server = `${host}:${port}`
  const refused = iam
    ? `Postgres at ${server} refuses the IAM token of ${user} (28P01). Has the user the role rds_iam, your AWS identity rds-db:connect, and is AWS_REGION the server’s?`
    : `Postgres at ${server} refuses the password of ${user} (28P01). Correct it in the connection URL.`
  const advice: Record<string, string> = {
    ECONNREFUSED: `Nothing answers at ${server} (ECONNREFUSED). Start Postgres there, or correct the connection URL.`,
    ENOTFOUND: `The host ${host} is not known (ENOTFOUND). Correct the connection URL’s host.`,
    EAI_AGAIN: `The host ${host} cannot be looked up now (EAI_AGAIN). Is the network up?`,
    CONNECT_TIMEOUT: `No answer from ${server} (CONNECT_TIMEOUT). Does a firewall or security group let you in?`,
    '28P01': refused,
    '28000': `Postgres at ${server} does not let ${user} in (28000). Check pg_hba.conf, or whether it wants TLS.`,
    '3D000': `Postgres at ${server} has no database "${database}" (3D000). Create it with \`pnpm db create ${environment}\`, or correct the connection URL.`,
    '53300': `Postgres at ${server} has no connection to spare (53300). Close some, then run this again.`,
    '55006': `${database} on ${server} is in use (55006). Stop who is connected, or add --force.`,
    '57P03': `Postgres at ${server} is starting up or shutting down (57P03). Run this again in a moment.`,
  }
  return advice[code]
}

function tlsAdvice(code: string, server: string) {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of ${server} is another host’s (${code}). Correct the connection URL’s host.`
  }
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    return `The certificate of ${server} is out of date (${code}). Renew it, or correct this machine’s clock.`
  }
  if (/CERT|LEAF_SIGNATURE/.test(code)) {
    return `The certificate of ${server} is signed by nobody that this machine trusts (${code}). If it is the right server, name the file of its CA in NODE_EXTRA_CA_CERTS.`
  }
  return undefined
}
