import {
  type Deleted,
  deleteItemHistory,
  deleteItemsBefore,
  deleteSessionHistory,
  deleteTenantHistory,
  type Store,
} from '@voicebox/store'
import type { History } from './history.ts'

/** History as the database has it. */
export function historyIn(store: Store): History {
  return {
    deleteBefore: (tenantId, before, signal) => exhaust(() => deleteItemsBefore(store, tenantId, before), signal),
    deleteSession: (tenantId, sessionId, signal) =>
      exhaust(() => deleteSessionHistory(store, tenantId, sessionId), signal),
    deleteItem: (tenantId, sessionId, itemId) => deleteItemHistory(store, tenantId, sessionId, itemId),
    deleteTenant: (tenantId, before, signal) => exhaust(() => deleteTenantHistory(store, tenantId, before), signal),
  }
}

/** Deletes a part at a time until nothing is left. Throws where it must stop before, so that it is begun again. */
async function exhaust(deletePart: () => Promise<Deleted>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { sessions, items, responses } = await deletePart()
    if (sessions + items + responses === 0) return
    signal.throwIfAborted()
  }
}
