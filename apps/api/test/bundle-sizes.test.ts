import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const apiFolder = resolve(import.meta.dirname, '..')
const megabyte = 1024 * 1024

/** Bytes as they were when somebody last looked: a deliberate change is written down there. */
const recorded: Record<string, number> = JSON.parse(
  readFileSync(join(apiFolder, 'bundle-sizes.json'), 'utf8'),
)

it('keeps the bundles within a megabyte, and near the sizes in bundle-sizes.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-sizes-'))
  execFileSync(process.execPath, [join(apiFolder, 'build.mjs'), '--outdir', folder])
  const read = (file: string) => readFileSync(join(folder, file))
  const sizes: Record<string, number> = {
    lambda: read('lambda/lambda.mjs').length,
    // Cloudflare’s limit for it is on what is compressed.
    workerCompressed: gzipSync(read('worker/worker.mjs')).length,
  }
  rmSync(folder, { recursive: true })
  for (const [name, size] of Object.entries(sizes)) {
    expect({ name, size, within: size <= megabyte }).toMatchObject({ within: true })
    const most = Math.floor((recorded[name] ?? 0) * 1.1)
    expect({ name, size, most, within: size <= most }).toMatchObject({ within: true })
  }
})
