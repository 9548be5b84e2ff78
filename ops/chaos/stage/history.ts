import { silentLog } from '@voicebox/kernel'
import { openStore } from '@voicebox/store'
import type { TestPostgres } from '@voicebox/store/testing'
import { type Kept, readKept } from '../../../apps/gateway/src/testing/kept.ts'
import { type Transcript, receivedOf } from '../transcript.ts'

/** What Postgres has when all is over. */
export interface History {
  /** By session. */
  sessions: ReadonlyMap<string, Kept>
  /** What all days took together, by modality. */
  sums: Readonly<Record<string, number>>
}

/** The tenant of the installation's own key. */
const tenantId = 'default'

/** Reads the history of the sessions that clients had. */
export async function readHistory({ url }: TestPostgres, transcripts: readonly Transcript[]): Promise<History> {
  const store = openStore({ url, name: 'chaos', log: silentLog })
  try {
    const sessions = new Map<string, Kept>()
    for (const transcript of transcripts) {
      const sessionId = sessionOf(transcript)
      if (sessionId !== null) sessions.set(sessionId, await readKept(store, tenantId, sessionId))
    }
    const days = await store.asTenant(tenantId, (within) =>
      within.selectFrom('usage_days').select(['modality', 'amount']).execute(),
    )
    const sums: Record<string, number> = {}
    for (const { modality, amount } of days) sums[modality] = (sums[modality] ?? 0) + Number(amount)
    return { sessions, sums }
  } finally {
    await store.close()
  }
}

/** Null: none was opened for this client. */
export function sessionOf(transcript: Pick<Transcript, 'received'>): string | null {
  return receivedOf(transcript, 'session.created')[0]?.event.session.id ?? null
}
