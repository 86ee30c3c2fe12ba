import { testConfig } from '../../packages/test-suite/src/test-config.ts'

// Whole stacks are started, on machines that do other things as well.
export default testConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
