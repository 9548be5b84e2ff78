import type { Clock, Closable, Log } from '@voicebox/kernel'
import type { KeyRecord } from '@voicebox/tenancy'
import { every } from '../session/timers.ts'

/** Notes when keys were used last, once a minute and behind what happens: a key that is used all the time is one row a minute. */
export interface LastUse extends Closable {
  add(record: Pick<KeyRecord, 'id' | 'tenantId'>): void
  /** Writes what there is. */
  close(): Promise<void>
}

export interface LastUseOptions {
  note(tenantId: string, usedAt: ReadonlyMap<string, Date>): Promise<void>
  clock: Clock
  log: Log
}

const everyMs = 60_000
/** More keys than this in a minute are noted the next time that they are used. */
const maxKeys = 10_000

export function makeLastUse({ note, clock, log }: LastUseOptions): LastUse {
  const used = new Map<string, { tenantId: string; at: Date }>() // by the key's id
  let writing = Promise.resolve()

  async function write(): Promise<void> {
    const byTenant = Map.groupBy(used, ([, { tenantId }]) => tenantId)
    used.clear()
    for (const [tenantId, keys] of byTenant) {
      try {
        await note(tenantId, new Map(keys.map(([id, { at }]) => [id, at])))
      } catch (error) {
        log.debug({ error }, 'The last use of keys could not be noted')
        return // the database is away
      }
    }
  }

  const flush = (): Promise<void> => (writing = writing.then(write))
  const stop = every(clock, everyMs, () => void flush())
  return {
    add({ id, tenantId }) {
      if (used.size < maxKeys || used.has(id)) used.set(id, { tenantId, at: new Date(clock.now()) })
    },
    async close() {
      stop()
      await flush()
    },
  }
}
