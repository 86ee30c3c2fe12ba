// node build.mjs [--outdir <folder>]: node.mjs with the files that /docs is made of, and a folder for each Lambda.
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values: flags } = parseArgs({ options: { outdir: { type: 'string' } } })
const outdir = resolve(flags.outdir ?? join(import.meta.dirname, 'dist'))

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    node: 'src/entry/node.ts',
    'lambda/lambda': 'src/entry/lambda.ts',
    'sweep/sweep': 'src/entry/sweep.ts',
  },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
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
