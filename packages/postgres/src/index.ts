export type { PostgresVersion } from './binaries.ts'
export { openServer, type Server, type ServerOptions } from './open-server.ts'
export { openThrowawayServer, type ThrowawayOptions } from './open-throwaway-server.ts'
export {
  endProcess,
  isRunning,
  markProcess,
  type ProcessMark,
  sendSignal,
} from './processes.ts'
