export { loadTransport } from './load.ts'
export type { Acceptance, ListenOptions, Socket, SocketHandlers, UpgradeRequest } from './port.ts'
