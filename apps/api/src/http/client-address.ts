/**
 * Who calls: the peer of the connection, or whom that many proxies in front of us say they serve.
 * Each adds an address at the end of X-Forwarded-For; what stands before theirs, the client has
 * written and is believed nothing.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedHops: number,
): string | undefined {
  if (trustedHops === 0 || forwardedFor === undefined) return peer && networkOf(peer)
  const named = forwardedFor.split(',').at(-trustedHops)?.trim()
  return named ? networkOf(named) : peer && networkOf(peer)
}

/** One household has a whole /64 of IPv6, and may take a new address for each request. */
function networkOf(text: string): string {
  // No address is longer, whoever wrote it.
  const address = text
    .slice(0, 60)
    .toLowerCase()
    .replace(/^\[|\](:\d+)?$/g, '')
  if (!address.includes(':')) return address
  const [, four] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(address) ?? []
  if (four) return four
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind.length)
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...behind]
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
