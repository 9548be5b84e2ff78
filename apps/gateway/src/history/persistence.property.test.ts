import { silentLog, sleep } from '@voicebox/kernel'
import { type HistoryRecord, writeHistory } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { drainHistory, lookAtHistory, reapSessions } from '@voicebox/streams'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { acts, makeActor } from '../testing/acts.ts'
import { faultsWithin, liveThrough } from '../testing/faults.ts'
import { makeLife } from '../testing/life.ts'
import { mortalRedis } from '../testing/mortal.ts'
import { openSessions, type Sessions } from '../testing/open-sessions.ts'
import type { Talker } from '../testing/talker.ts'
import { metrics, tenantId, type TestGateway } from '../testing/test-gateway.ts'
import { readKept, toldToClient } from '../testing/kept.ts'

/** What happens to those who write history down, beside the conversation. */
const outages = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 300 }),
    lastsMs: fc.integer({ min: 10, max: 400 }),
    what: fc.constantFrom('postgres stands still', 'postgres is killed', 'redis breaks', 'redis breaks'),
  }),
  { maxLength: 3 },
)
/** How many steps each housekeeper lives; then another begins. */
const keepers = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 12, size: 'max' })

const reached = {
  conversations: 0,
  resumptions: 0,
  keeperDeaths: 0,
  failedWrites: 0,
  items: 0,
  deleted: 0,
  responses: 0,
  putAway: 0,
}

const claimMs = 300
/** So few that the oldest items of most conversations are put away. */
const limits = { inputBufferMs: 300_000, workTimeoutMs: 60_000, keptAudioMs: 300_000, items: 4, keepsHistory: true }

describe('Property: message persistence', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  let sessions: Sessions
  beforeAll(async () => {
    const opened = await openSessions({ workers: { paceMs: () => Math.max(0, Math.random() * 8 - 4) } })
    sessions = {
      ...opened,
      gateway: (options) => opened.gateway({ ...options, store, settings: { maxUnwrittenBytes: 8 << 20, limits } }),
    }
  })
  afterAll(() => sessions.close())

  /** One housekeeper after another writes history down, each for as long as it lives; the answer ends that. */
  function keepWriting(lives: readonly number[], isAway: () => boolean): () => Promise<void> {
    let isOver = false
    const keepOn = async (): Promise<void> => {
      for (let nth = 0; !isOver; nth += 1) {
        const life = makeLife(lives[nth])
        const own = mortalRedis(sessions.redis, life, isAway)
        const died = new Promise<void>((resolve) => life.onEnd(resolve))
        while (!isOver && !life.isOver) {
          const pass = drainHistory(own, {
            async write(tenant, facts) {
              if (!life.step()) return never()
              await writeHistory(store, tenant, facts as readonly HistoryRecord[])
              if (!life.step()) return never() // it is written, and nobody knows
            },
            claimMs,
            log: silentLog,
          }).catch(() => void (reached.failedWrites += 1))
          await Promise.race([pass, died])
          await sleep(5)
        }
        if (life.isOver) reached.keeperDeaths += 1
      }
    }
    const running = keepOn()
    return async () => {
      isOver = true
      await running
    }
  }

  async function happen(
    planned: readonly { afterMs: number; lastsMs: number; what: string }[],
    break_: (isAway: boolean) => void,
  ): Promise<void> {
    for (const { afterMs, lastsMs, what } of planned) {
      await sleep(afterMs)
      if (what === 'redis breaks') break_(true)
      else if (what === 'postgres is killed') await postgres.stop()
      else postgres.pause()
      await sleep(lastsMs)
      if (what === 'redis breaks') break_(false)
      else if (what === 'postgres is killed') await postgres.start()
      else postgres.resume()
    }
  }

  it('keeps each committed item once, in order and as last committed, each response once, and exact usage', async () => {
    const about = fc.record({ doing: acts, faults: faultsWithin(150), lives: keepers, planned: outages })
    await fc.assert(
      fc.asyncProperty(about, async ({ doing, faults, lives, planned }) => {
        let isAway = false
        const gateways: TestGateway[] = []
        const watched: Sessions = {
          ...sessions,
          gateway(options) {
            const gateway = sessions.gateway(options)
            gateway.isAway = isAway
            gateways.push(gateway)
            return gateway
          },
        }
        const stop = keepWriting(lives, () => isAway)
        const troubles = happen(planned, (away) => {
          isAway = away
          for (const gateway of gateways) gateway.isAway = away
        })
        const script = async (talker: Talker): Promise<void> => {
          const actor = makeActor(talker)
          await actor.begin()
          for (const act of doing) await actor.do(act)
        }
        const [lived] = await Promise.allSettled([liveThrough(watched, { script, faults }), troubles])
        if (lived.status === 'rejected') {
          await stop()
          throw lived.reason as Error
        }
        const { talker } = lived.value
        const sessionId = talker.sessionId ?? 'sess_none'
        await vi.waitFor(
          async () => {
            // a gateway may have died over the very end of the session, which others end then when its time is over
            await reapSessions(sessions.redis, { limit: 100, log: silentLog, onReaped: () => {} })
            expect((await readKept(store, tenantId, sessionId)).session).toMatchObject({
              end_reason: expect.any(String) as string,
            })
          },
          { timeout: 60_000, interval: 50 },
        )
        // who wrote it may have died before it could let go of it, which another does then
        await vi.waitFor(
          async () => expect(await lookAtHistory(sessions.redis, { tenantId, sessionId })).toMatchObject({ facts: 0 }),
          { timeout: 60_000, interval: 50 },
        )
        await stop()
        const told = toldToClient(talker.events)
        const kept = await readKept(store, tenantId, sessionId)
        const { end_reason } = kept.session as { end_reason: string }
        expect(['closed_1000', 'expired']).toContain(end_reason)
        expect(kept).toEqual({ ...told, session: { ...told.session, end_reason } })
        reached.conversations += 1
        reached.resumptions += talker.resumed.length
        reached.items += told.items.length
        reached.deleted += talker.of('conversation.item.deleted').length
        reached.responses += told.responses.length
      }),
      { numRuns: 25, endOnFailure: true },
    )
    reached.putAway = await countPutAway()
    expect(reached.putAway, JSON.stringify(reached)).toBeGreaterThan(0)
    expect(reached.resumptions, JSON.stringify(reached)).toBeGreaterThan(0)
    expect(reached.keeperDeaths, JSON.stringify(reached)).toBeGreaterThan(0)
    expect(reached.failedWrites, JSON.stringify(reached)).toBeGreaterThan(0)
    expect(reached.items, JSON.stringify(reached)).toBeGreaterThan(0)
    expect(reached.responses, JSON.stringify(reached)).toBeGreaterThan(0)
  }, 600_000)
})

async function countPutAway(): Promise<number> {
  const line = (await metrics.text()).split('\n').find((one) => one.startsWith('voicebox_items_put_away_total'))
  return Number(line?.split(' ').at(-1))
}

function never<T>(): Promise<T> {
  return new Promise(() => {})
}
