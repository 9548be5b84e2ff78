import {
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
    async deleteBefore(tenantId, before, signal) {
      while (!signal.aborted && (await deleteItemsBefore(store, tenantId, before)));
    },
    deleteSession: (tenantId, sessionId) => deleteSessionHistory(store, tenantId, sessionId),
    deleteItem: (tenantId, sessionId, itemId) => deleteItemHistory(store, tenantId, sessionId, itemId),
    deleteTenant: (tenantId) => deleteTenantHistory(store, tenantId),
  }
}
