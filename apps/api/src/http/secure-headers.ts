/**
 * What a browser is to do with an answer: take it for what it says it is, show it in no page, tell
 * nobody where it came from, and come back by https alone. Pages of other origins read it; which
 * ones, CORS says. The page of /docs has a policy of its own.
 */
export const secureHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Strict-Transport-Security': 'max-age=31536000',
} as const
