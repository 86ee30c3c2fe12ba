import { BlockList, isIPv4 } from 'node:net'
import { Refusal } from './refusal.ts'

const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, bits)
}

/** One public IPv4 address, from whoever said it. */
export function readPublicAddress(text: string, source: string): string {
  const address = text.trim()
  if (isIPv4(address) && !notPublic.check(address)) return address
  const said = /^[\w.:/-]{1,45}$/.test(address) ? address : 'something else'
  throw new Refusal(
    `${source} says ${said}, which is no public IPv4 address: give yours with --ip, such as --ip 203.0.113.7.`,
  )
}

/** The address that the internet sees us come from. */
export async function askForAddress(serviceUrl: string): Promise<string> {
  let text: string
  try {
    const response = await fetch(serviceUrl, { signal: AbortSignal.timeout(10_000) })
    text = response.ok ? await response.text() : ''
  } catch {
    throw new Refusal(`${serviceUrl} gave no answer: give your address with --ip.`)
  }
  return readPublicAddress(text, serviceUrl)
}
