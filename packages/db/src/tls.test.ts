import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openThrowawayServer } from '@cruddur/postgres'
import forge from 'node-forge'
import { afterAll, expect, it } from 'vitest'
import { startDb } from './cli/run-db.testing.ts'
import { explain } from './explain.ts'
import { findRdsRoots } from './rds-roots.ts'
import { openSession } from './session.ts'

const server = await openThrowawayServer()
const folder = mkdtempSync(join(tmpdir(), 'cruddur-tls-'))
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.close()
})

const urlOf = (host: string) => {
  const url = new URL(server.url)
  url.hostname = host
  url.searchParams.set('sslmode', 'verify-full')
  return url.href
}

async function refusalOf(host: string) {
  const session = openSession(urlOf(host))
  const answer = await session.query('select 1').catch((error: unknown) => error)
  await session.close()
  return explain(answer, urlOf(host))
}

interface Identity {
  name: string
  key: KeyObject
}

const newIdentity = (name: string) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { name, key: privateKey }
}
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs1', format: 'pem' }).toString()

/** A certificate of the subject, for a day, signed by the issuer. */
function certify(subject: Identity, issuer: Identity): string {
  const key = forge.pki.privateKeyFromPem(pemOf(subject.key))
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  certificate.serialNumber = '01'
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  certificate.setSubject([{ name: 'commonName', value: subject.name }])
  certificate.setIssuer([{ name: 'commonName', value: issuer.name }])
  certificate.setExtensions(
    subject === issuer
      ? [{ name: 'basicConstraints', cA: true, critical: true }]
      : [{ name: 'subjectAltName', altNames: [{ type: 2, value: subject.name }] }],
  )
  certificate.sign(forge.pki.privateKeyFromPem(pemOf(issuer.key)), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** Written by the server, whose own the key must be. */
async function turnTlsOn(certificate: string, key: string) {
  const session = openSession(server.url)
  const write = (text: string, file: string) =>
    session.query(
      `copy (select unnest(string_to_array($pem$${text.replaceAll('\r', '')}$pem$, e'\\n')))
       to program 'umask 077 && cat > ${file}'`,
    )
  await write(certificate, 'server.crt')
  await write(key, 'server.key')
  await session.query('alter system set ssl = on')
  await session.query('select pg_reload_conf()')
  await expect.poll(() => session.query('show ssl'), { timeout: 30_000 }).toEqual([{ ssl: 'on' }])
  await session.close()
}

it('lets in a server that proves to be the one, and no other', { timeout: 60_000 }, async () => {
  expect(await refusalOf('localhost')).toMatch(/^Postgres at localhost:\d+ does not speak TLS/)
  const authority = newIdentity('The CA of this test')
  const machine = newIdentity('localhost')
  await turnTlsOn(certify(machine, authority), pemOf(machine.key))
  expect(await refusalOf('localhost')).toMatch(/signed by nobody that this machine trusts .*NODE_E/)

  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, certify(authority, authority))
  const [right, wrongHost] = await Promise.all(
    ['localhost', '127.0.0.1'].map((host) =>
      startDb(['create', 'demo'], { DEMO_CONNECTION_URL: urlOf(host), NODE_EXTRA_CA_CERTS: ca }),
    ),
  )
  expect(right).toMatchObject({ code: 0, output: expect.stringMatching(/\(TLS\)\nIt exists/) })
  expect(wrongHost).toMatchObject({
    code: 1,
    output: expect.stringMatching(/certificate of 127\.0\.0\.1:\d+ is another host’s/),
  })
})

it('trusts RDS and its proxy by the roots of the region that are in date', () => {
  // Its first root ended in 2024.
  const roots = findRdsRoots('cruddur.abc.af-south-1.rds.amazonaws.com') ?? []
  const certificates = roots.map((pem) => new X509Certificate(pem))
  expect(certificates.map(({ subject }) => subject)).toEqual([
    ...Array(3).fill(expect.stringMatching(/Amazon RDS af-south-1 Root CA (RSA|ECC)\d+ G1/)),
    ...[1, 2, 3, 4].map((n) => expect.stringContaining(`Amazon Root CA ${n}`)),
    expect.stringContaining('Starfield'),
  ])
  expect(certificates.filter(({ validTo }) => Date.parse(validTo) < Date.now())).toEqual([])
  expect(findRdsRoots('rds.amazonaws.com.example.org')).toBeUndefined()
})
