import { testConfig } from '../packages/test-suite/src/test-config.ts'

export default testConfig({ globalSetup: './stacks/test/own-temporary-folder.ts' })
