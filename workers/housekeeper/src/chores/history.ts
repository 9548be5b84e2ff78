import type { SessionId } from '@voicebox/kernel'

/**
 * What deletes history, for good: what is written of it later brings nothing back. All of it may be repeated. Throws where the
 * signal is aborted in between.
 */
export interface History {
  /** Items and responses made before then, of all sessions of a tenant. */
  deleteBefore(tenantId: string, before: Date, signal: AbortSignal): Promise<void>
  deleteSession(tenantId: string, sessionId: SessionId, signal: AbortSignal): Promise<void>
  deleteItem(tenantId: string, sessionId: SessionId, itemId: string): Promise<void>
  /** All of a tenant's sessions that were opened, or of which something was written, before then. */
  deleteTenant(tenantId: string, before: Date, signal: AbortSignal): Promise<void>
}
