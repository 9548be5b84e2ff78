export type { Clock } from './clock.ts'
export type { ResumeFailure } from './failure.ts'
export type { ResumableOptions } from './options.ts'
export {
  type ResumableCloseEvent,
  type ResumableState,
  type ResumableWebSocket,
  type ResumedEvent,
  type ResumingEvent,
} from './resumable-web-socket.ts'
export { resumable } from './resumable.ts'
export type { WebSocketLike } from './web-socket-like.ts'
export { type GlobalOptions, withResumableWebSocket } from './with-resumable-web-socket.ts'
