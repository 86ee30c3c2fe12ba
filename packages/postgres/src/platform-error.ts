/** This machine cannot run the embedded Postgres; another Postgres can take its place. */
export class PlatformError extends Error {
  override name = 'PlatformError'

  constructor(platform: string, reason?: string) {
    super(
      `The embedded Postgres does not run on ${platform}${reason ? ` (${reason})` : ''}: ` +
        'point CONNECTION_URL, or TEST_CONNECTION_URL for tests, at a Postgres 14 or newer.',
    )
  }
}
