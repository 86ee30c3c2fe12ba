// node build.mjs: the function of our own resource, without the SDK that Lambda has itself.
import { build } from 'esbuild'

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { 'lambda/lambda': 'functions/pool-triggers.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  external: ['@aws-sdk/*'],
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
})
