import { Failure, type SessionId, newId, silentLog } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type FactToWrite, drainHistory } from './drain-history.ts'
import {
  type HoldOptions,
  type SessionHold,
  countHistory,
  createSession,
  findUnwritten,
  lookAtHistory,
  reapSessions,
  takeSession,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, faulty, holdOptions, keysOf, snapshot } from './testing/sessions.fixture.ts'

type Written = FactToWrite & { kind?: string; n?: number; reason?: string }

describe.each(redisKinds)('the history of a session, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  let sessionId: SessionId
  let isFull: boolean
  let refused: number[]
  beforeEach(async () => {
    for (const name of await server.keys('history:due:*')) await redis.commands.del(name)
    sessionId = newId('sess')
    isFull = false
    refused = []
  })

  const options = (about: Partial<HoldOptions> = {}): HoldOptions =>
    holdOptions({ sessionId, history: { maxUnwrittenBytes: 2_000, onFull: () => (isFull = true) }, ...about })
  const fact = (n: number, number = n): { number: number; atMs: number; fact: object } => {
    return { number, atMs: 1_000_000 + n, fact: { kind: 'item', n } }
  }
  const tell = (hold: SessionHold, ...ns: number[]) => hold.commit(changeOf({ history: ns.map((n) => fact(n)) }))

  /** Writes all that is due now, and goes on until nothing is; answers what was written. */
  async function drain(write: (facts: readonly FactToWrite[]) => void = () => {}): Promise<Written[]> {
    const all: Written[] = []
    await vi.waitFor(
      async () => {
        await drainHistory(redis, {
          async write(tenantId, facts) {
            expect(tenantId).toBe('tenant')
            await Promise.resolve(write(facts))
            all.push(...facts)
          },
          onRefused: ({ number }) => refused.push(number),
          log: silentLog,
        })
        expect((await lookAtHistory(redis, { tenantId: 'tenant', sessionId })).facts).toBe(0)
      },
      { timeout: 30_000 },
    )
    return all
  }

  it('is written once and in order, with the time of each fact, and numbers grow from holder to holder', async () => {
    const first = await createSession(redis, options())
    await tell(first, 1, 2)
    const second = await takeSession(redis, options({ holder: 'two' }))
    await second?.hold.commit(changeOf({ history: [fact(3, 1)] }))
    expect(await lookAtHistory(redis, { tenantId: 'tenant', sessionId })).toMatchObject({ facts: 3 })
    const written = await drain()
    expect(written).toMatchObject([1, 2, 3].map((n) => ({ sessionId, kind: 'item', n, at: new Date(1_000_000 + n) })))
    const numbers = written.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })

  it('is looked through from its end until it is written', async () => {
    const ref = { tenantId: 'tenant', sessionId }
    const hold = await createSession(redis, options({ history: { maxUnwrittenBytes: 1 << 20, onFull: () => {} } }))
    const about = (n: number) => (told: unknown) => Math.floor((told as { n: number }).n) === n
    await tell(hold, ...Array.from({ length: 250 }, (_, at) => 1 + at))
    await hold.commit(changeOf({ history: [{ ...fact(251), fact: { kind: 'item', n: 2.5 } }] }))
    expect(await findUnwritten(redis, ref, about(1))).toMatchObject({ n: 1 })
    expect(await findUnwritten(redis, ref, about(2))).toMatchObject({ n: 2.5 })
    expect(await findUnwritten(redis, ref, about(300))).toBeNull()
    await drain()
    expect(await findUnwritten(redis, ref, about(2))).toBeNull()
  })

  it('has a change that was not answered once', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    faults.next = 'answer lost'
    const change = changeOf({ history: [fact(1)] })
    await expect(hold.commit(change)).rejects.toThrow()
    await hold.commit(change)
    faults.next = 'answer lost'
    await expect(tell(hold, 2)).rejects.toThrow()
    await hold.end('closed', [fact(2), fact(3)])
    expect((await drain()).map(({ n, reason }) => n ?? reason)).toEqual([1, 2, 3, 'closed'])
  })

  it('ends with the end of the session, outlives it, and then nothing is left of it', async () => {
    const hold = await createSession(redis, options())
    await tell(hold, 1)
    await hold.end('closed')
    expect(await keysOf(server, sessionId)).toEqual(['history:', 'sess:'])
    expect(await drain()).toMatchObject([{ n: 1 }, { kind: 'session_ended', reason: 'closed' }])
    await drain()
    await vi.waitFor(async () => {
      await drain()
      expect(await countHistory(redis)).toBe(0)
    }, 20_000)
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
  })

  it('ends also where a reaper ends the session', async () => {
    const hold = await createSession(redis, options({ ttlMs: 50 }))
    await tell(hold, 1)
    await hold.close()
    await vi.waitFor(async () => {
      await reapSessions(redis, { limit: 100, graceMs: 0, onReaped: () => {} })
      expect(await lookAtHistory(redis, { tenantId: 'tenant', sessionId })).toMatchObject({ facts: 2 })
    }, 20_000)
    expect(await drain()).toMatchObject([{ n: 1 }, { reason: 'expired' }])
  })

  it('is not kept of a session for which nobody asks for it', async () => {
    const hold = await createSession(redis, holdOptions({ sessionId }))
    await hold.commit(changeOf({ set: [['a', 1]] }))
    await hold.end('closed')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
    expect(await countHistory(redis)).toBe(0)
  })

  it('is told again where Redis has lost the end of it, and is written as if nothing was', async () => {
    const hold = await createSession(redis, options())
    await tell(hold, 1)
    const rollBack = await snapshot(server, redis, sessionId)
    await tell(hold, 2)
    await tell(hold, 3)
    await rollBack()
    expect(await tell(hold, 4)).toBe('behind')
    await hold.restore(changeOf({ history: [fact(4)] }))
    await tell(hold, 5)
    expect((await drain()).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
  })

  it('is whole where the session ends before that was noticed', async () => {
    const hold = await createSession(redis, options())
    const rollBack = await snapshot(server, redis, sessionId)
    await tell(hold, 1, 2)
    await rollBack()
    await hold.end('closed', [fact(3)])
    expect((await drain()).map(({ n, reason }) => n ?? reason)).toEqual([1, 2, 3, 'closed'])
  })

  it('is whole where Redis loses the end of the session soon after it, and does not answer at once', async () => {
    const faults = faulty(redis)
    const hold = await createSession(faults.redis, options())
    await tell(hold, 1)
    const rollBack = await snapshot(server, redis, sessionId)
    await tell(hold, 2)
    await hold.end('closed', [fact(3)])
    await rollBack()
    const ref = { tenantId: 'tenant', sessionId }
    expect(await lookAtHistory(redis, ref)).toMatchObject({ facts: 1 })
    faults.next = 'never arrives'
    await vi.waitFor(async () => expect(await lookAtHistory(redis, ref)).toMatchObject({ facts: 4 }), 20_000)
    await vi.waitFor(async () => expect(await keysOf(server, sessionId)).toEqual(['history:', 'sess:']))
    expect(faults.next).toBeNull()
    expect((await drain()).map(({ n, reason }) => n ?? reason)).toEqual([1, 2, 3, 'closed'])
  })

  it('that is written does not come again, though Redis has lost that it is', async () => {
    const hold = await createSession(redis, options())
    await tell(hold, 1)
    await drain()
    await hold.restore(changeOf({ set: [['a', 1]], history: [fact(2)] }))
    expect((await drain()).map(({ n }) => n)).toEqual([2])
  })

  it('stays until it is written, whoever fails or dies at that', async () => {
    const hold = await createSession(redis, options())
    await tell(hold, 1, 2)
    const away = new Failure('dependency', 'database_failed', 'away')
    const write = (): Promise<void> => Promise.reject(away)
    await expect(drainHistory(redis, { write, log: silentLog })).rejects.toBe(away)
    expect(await lookAtHistory(redis, { tenantId: 'tenant', sessionId })).toMatchObject({ facts: 2 })
    let asked = 0
    const dying = {
      write: () => {
        asked += 1
        return new Promise<never>(() => {})
      },
      claimMs: 300,
      log: silentLog,
    }
    await vi.waitFor(() => {
      if (asked === 0) void drainHistory(redis, dying)
      expect(asked).toBeGreaterThan(0)
    }, 20_000)
    expect((await drain()).map(({ n }) => n)).toEqual([1, 2])
  })

  it('loses what can never be written, says so, and nothing else', async () => {
    const hold = await createSession(redis, options())
    await tell(hold, 1, 2, 3, 4, 5)
    const written = await drain((facts) => {
      if ((facts as Written[]).some(({ n }) => n === 4)) throw new Failure('bug', 'statement_refused', 'no')
    })
    expect(written.map(({ n }) => n)).toEqual([1, 2, 3, 5])
    expect(refused).toHaveLength(1)
  })

  it('is full beyond its bound, and still loses nothing', async () => {
    const hold = await createSession(redis, options())
    const large = (n: number) => ({ ...fact(n), fact: { kind: 'item', n, text: 'x'.repeat(900) } })
    await hold.commit(changeOf({ history: [large(1), large(2)] }))
    expect(isFull).toBe(false)
    await hold.commit(changeOf({ history: [large(3)] }))
    expect(isFull).toBe(true)
    isFull = false
    expect((await drain()).map(({ n }) => n)).toEqual([1, 2, 3])
    await hold.commit(changeOf({ history: [large(4)] }))
    expect(isFull).toBe(false)
  })
})
