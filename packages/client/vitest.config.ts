import { testConfig } from '../test-suite/src/test-config.ts'

export default testConfig({ globalSetup: '@cruddur/db/test-server' })
