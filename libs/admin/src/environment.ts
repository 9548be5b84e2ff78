import type { Caller } from './caller.ts'

/** What goes with a request through the API. */
export interface AdminEnvironment {
  /** What the transport tells of it. */
  Bindings: { remoteAddress?: string }
  Variables: { requestId: string; caller: Caller }
}
