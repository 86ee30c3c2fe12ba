import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Where a package's run leaves its counts, relative to the package; main.ts adds them up. */
export const resultsFile = (task: string) =>
  `node_modules/.results/${task.replaceAll(':', '-')}.json`

/**
 * One vitest configuration for every package: `vitest run` takes `*.test.ts`,
 * `vitest run --mode slow` takes `*.slow.ts`, each a turbo task of its own.
 */
export const testConfig = (options: NonNullable<ViteUserConfig['test']> = {}) =>
  defineConfig(({ mode }) => {
    const task = mode === 'test' ? 'test' : `test:${mode}`
    return {
      test: {
        include: [mode === 'test' ? '**/*.test.ts' : `**/*.${mode}.ts`],
        reporters: ['default', ['json', { outputFile: resultsFile(task) }]],
        // A busy machine is no failure; what hangs is still ended.
        testTimeout: mode === 'test' ? 60_000 : 300_000,
        hookTimeout: mode === 'test' ? 60_000 : 300_000,
        passWithNoTests: true,
        // A worker loads the app once, not for each file: files share its modules and no state.
        isolate: false,
        setupFiles: [join(import.meta.dirname, 'leave-clean.ts')],
        // Each of these wants the machine for itself.
        fileParallelism: mode !== 'faults',
        ...options,
      },
    }
  })
