export { type TransportPreference, loadTransport } from './load.ts'
export type { Acceptance, ListenOptions, Listener, Socket, SocketHandlers, Transport, UpgradeRequest } from './port.ts'
