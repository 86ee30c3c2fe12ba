import { testConfig } from '../../packages/test-suite/src/test-config.ts'

export default testConfig({ globalSetup: '@cruddur/db/test-server' })
