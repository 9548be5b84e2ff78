import type { SessionId } from '@voicebox/kernel'

/** What deletes history, for good: what is written of it later brings nothing back. All of it may be repeated. */
export interface History {
  /** Items and responses made before then, of all sessions of a tenant. Stops in between when the signal is aborted. */
  deleteBefore(tenantId: string, before: Date, signal: AbortSignal): Promise<void>
  deleteSession(tenantId: string, sessionId: SessionId): Promise<void>
  deleteItem(tenantId: string, sessionId: SessionId, itemId: string): Promise<void>
  deleteTenant(tenantId: string): Promise<void>
}
