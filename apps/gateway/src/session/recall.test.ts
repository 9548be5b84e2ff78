import { newId, silentLog, sleep } from '@voicebox/kernel'
import { type HistoryRecord, type Store, writeHistory } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { createSession, drainHistory, lookAtHistory, type SessionHold } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it } from 'vitest'
import { makeRecall } from './recall.ts'

describe('Recalling an item', { timeout: 60_000 }, () => {
  const redis = useRedis().handle()
  const postgres = usePostgres()
  const store = postgres.store()
  const recall: ReturnType<typeof makeRecall> = (...about) => makeRecall({ redis, store })(...about)

  async function open(): Promise<{ hold: SessionHold; tell(...facts: object[]): Promise<unknown> }> {
    const history = { maxUnwrittenBytes: 1 << 20, onFull: () => {} }
    const about = { tenantId: 'tenant', holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, log: silentLog }
    const hold = await createSession(redis, { ...about, sessionId: newId('sess'), history })
    let told = 0
    return {
      hold,
      tell(...facts) {
        const nothing = { set: [], drop: [], save: [], forget: [], sent: [], resultsUpTo: 0 }
        const all = facts.map((fact) => ({ number: (told += 1), atMs: 1_000, fact }))
        return hold.commit({ ...nothing, history: all })
      },
    }
  }

  const itemOf = (itemId: string, text: string): object => ({
    kind: 'item',
    itemId,
    position: 1,
    item: { id: itemId, text },
    words: text,
  })

  async function write(hold: SessionHold): Promise<void> {
    await drainHistory(redis, {
      write: (tenant, facts) => writeHistory(store, tenant, facts as readonly HistoryRecord[]),
      claimMs: 10,
      log: silentLog,
    })
    if ((await lookAtHistory(redis, hold)).facts === 0) return
    await sleep(10)
    await write(hold)
  }

  it('finds what was told of it last, written down or not, and nothing of one that was deleted', async () => {
    const { hold, tell } = await open()
    await tell(itemOf('a', 'one'), itemOf('b', 'one'), { kind: 'response', responseId: 'a', model: 'm', response: {} })
    expect(await recall(hold, 'a')).toEqual({ id: 'a', text: 'one' })
    await write(hold)
    expect(await recall(hold, 'a')).toEqual({ id: 'a', text: 'one' })
    await tell(itemOf('a', 'two'), { kind: 'item_deleted', itemId: 'b' })
    expect([await recall(hold, 'a'), await recall(hold, 'b')]).toEqual([{ id: 'a', text: 'two' }, null])
    await write(hold)
    expect([await recall(hold, 'a'), await recall(hold, 'b')]).toEqual([{ id: 'a', text: 'two' }, null])
  })

  it('finds nothing of another tenant, nor of another session', async () => {
    const { hold, tell } = await open()
    const other = await open()
    await tell(itemOf('a', 'one'))
    for (const isWritten of [false, true]) {
      if (isWritten) await write(hold)
      expect(await recall({ ...hold, tenantId: 'other' }, 'a')).toBeNull()
      expect(await recall(other.hold, 'a')).toBeNull()
    }
  })

  it('finds what is written and let go of while it is looked for', async () => {
    const { hold, tell } = await open()
    await tell(itemOf('a', 'one'))
    const slow: Pick<Store, 'asTenant'> = {
      async asTenant(...about) {
        const found = await store.asTenant(...about)
        await write(hold)
        return found
      },
    }
    const overtaken = makeRecall({ redis, store: Object.assign(Object.create(store) as Store, slow) })
    expect(await overtaken(hold, 'a')).toMatchObject({ text: 'one' })
  })

  it('does not wait for a Postgres that stands still, nor for one that was never there', async () => {
    const { hold, tell } = await open()
    postgres.pause()
    try {
      await expect(makeRecall({ redis, store, timeoutMs: 50 })(hold, 'a')).rejects.toThrow('did not answer in time')
      await tell(itemOf('a', 'one'))
      expect(await recall(hold, 'a')).toMatchObject({ text: 'one' })
    } finally {
      postgres.resume()
    }
    await expect(makeRecall({ redis, store: null })(hold, 'b')).rejects.toThrow('Postgres does not answer')
  })
})
