import { expect, it } from 'vitest'
import { clientAddress } from './client-address.ts'

const peer = '203.0.113.9'

it.each([
  ['is the peer where no proxy is trusted, whatever it says', '1.1.1.1', 0, peer],
  [
    'is whom one proxy names, not what the client made up',
    '1.1.1.1, 198.51.100.7',
    1,
    '198.51.100.7',
  ],
  ['is whom the outer of two names', '1.1.1.1, 198.51.100.7, 10.0.0.1', 2, '198.51.100.7'],
  ['is the peer when too few proxies have spoken', '1.1.1.1', 2, peer],
  ['is the peer when the proxy says nothing', undefined, 1, peer],
  ['is the peer when the proxy names nobody', '1.1.1.1, ', 1, peer],
  ['has no port', '198.51.100.7:4711', 1, '198.51.100.7'],
  ['is one network of IPv6', '2001:DB8:0:7:1:2:3:4', 1, '2001:db8:0:7::/64'],
  [
    'is the same network however it is written',
    '[2001:db8::7:0:0:0:9]:4711',
    1,
    '2001:db8:0:7::/64',
  ],
  ['is IPv4 in IPv6 as IPv4', '::ffff:198.51.100.7', 1, '198.51.100.7'],
])('%s', (_, forwardedFor, hops, address) => {
  expect(clientAddress(peer, forwardedFor, hops)).toBe(address)
})

it('is short, whoever wrote it, and unknown where nobody is', () => {
  expect(clientAddress(peer, 'x'.repeat(9_000), 1)?.length).toBeLessThan(100)
  expect(clientAddress(undefined, '1.1.1.1', 0)).toBeUndefined()
})
