/** Whether a URL can only lead to this very machine. */
export const isLoopback = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const host = new URL(url).hostname.replace(/\.$/, '')
  const isMapped = /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(host)
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host) || isMapped
}
