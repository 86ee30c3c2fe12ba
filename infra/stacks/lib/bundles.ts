import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'

const root = resolve(import.meta.dirname, '../../..')

/** What Lambda is given, as `pnpm build` leaves it, and the function in it. */
export const bundles = {
  api: { folder: 'apps/api/dist/lambda', handler: 'lambda.handler' },
  sweeper: { folder: 'apps/api/dist/sweep', handler: 'sweep.handler' },
  triggers: { folder: 'apps/post-confirmation/dist', handler: 'lambda.handler' },
  migrator: { folder: 'apps/migrator/dist', handler: 'src/lambda.handler' },
  poolTriggers: { folder: 'infra/dist/lambda', handler: 'lambda.handler' },
}

export type Bundle = (typeof bundles)[keyof typeof bundles]

export function codeOf({ folder, handler }: Bundle) {
  const file = `${handler.replace(/\.handler$/, '')}.mjs`
  if (!existsSync(join(root, folder, file))) {
    throw new Error(`${folder}/${file} is not there: run \`pnpm build\` first.`)
  }
  return Code.fromAsset(join(root, folder), { exclude: ['*.map', '*.zip'] })
}
