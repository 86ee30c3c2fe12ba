// node build.mjs [--outdir <folder>]: what Lambda is given, the migrations beside src as in packages/db.
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values: flags } = parseArgs({ options: { outdir: { type: 'string' } } })
const outdir = resolve(flags.outdir ?? join(import.meta.dirname, 'dist'))

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/lambda.ts'],
  outfile: join(outdir, 'src/lambda.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  // The log says an error by its name.
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
})
await cp(join(import.meta.dirname, '../../packages/db/migrations'), join(outdir, 'migrations'), {
  recursive: true,
})
