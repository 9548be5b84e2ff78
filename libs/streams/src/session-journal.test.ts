import { type SessionId, newId } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { type JournalLimits, type SentEvent, type SessionHold, createSession, readJournal } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, events, holdOptions } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('the journal of a session, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  let sessionId: SessionId
  beforeEach(() => {
    sessionId = newId('sess')
  })
  const open = (limits?: JournalLimits): Promise<SessionHold> =>
    createSession(redis, holdOptions({ sessionId, ...(limits && { limits }) }))
  const heavy = (...numbers: number[]): SentEvent[] => numbers.map((number) => ({ number, body: 'x'.repeat(1_000) }))
  const numbersAfter = async (after: number): Promise<number[] | 'gone'> => {
    const page = await readJournal(redis, { tenantId: 'tenant', sessionId }, after)
    return page === 'gone' ? page : page.map(({ number }) => number)
  }

  it('is read in pages, from any number on', async () => {
    const hold = await open()
    const numbers = Array.from({ length: 300 }, (_, at) => 1 + 2 * at)
    for (let at = 0; at < 300; at += 30) await hold.commit(changeOf({ sent: events(...numbers.slice(at, at + 30)) }))
    const read: SentEvent[] = []
    let pages = 0
    for (let last = 0; ; last = read.at(-1)?.number ?? 0) {
      const page = await readJournal(redis, { tenantId: 'tenant', sessionId }, last)
      if (page === 'gone' || page.length === 0) break
      read.push(...page)
      pages += 1
    }
    expect(read).toEqual(events(...numbers))
    expect(pages).toBeGreaterThan(3)
    expect((await numbersAfter(10))[0]).toBe(11)
    expect((await numbersAfter(11))[0]).toBe(13)
    expect(await numbersAfter(599)).toEqual([])
    expect(await numbersAfter(2 ** 40)).toEqual([]) // sent, and not committed yet
  })

  it('keeps bytes as they are', async () => {
    const hold = await open()
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256)
    await hold.commit(changeOf({ sent: [{ number: 1, body: { bytes: bytes.subarray(3), missing: null } }] }))
    expect(await readJournal(redis, { tenantId: 'tenant', sessionId }, 0)).toEqual([
      { number: 1, body: { bytes: Buffer.from(bytes.subarray(3)), missing: null } },
    ])
  })

  it('keeps so many bytes, the newest, and tells exactly what is gone', async () => {
    const hold = await open({ maxBytes: 10_100, maxAgeMs: 600_000 })
    for (let number = 10; number <= 300; number += 10) {
      await hold.commit(changeOf({ sent: heavy(number) }))
      const kept = Array.from({ length: Math.min(number / 10, 10) }, (_, at) => number - 10 * at).reverse()
      const cut = Math.max(0, number - 100)
      expect(await numbersAfter(cut)).toEqual(kept)
      if (cut > 0) expect(await numbersAfter(cut - 1)).toBe('gone')
    }
    expect(await redis.commands.xlen(`sent:{tenant/${sessionId}}`)).toBe(10)
  })

  it('keeps the events of the newest change that had any, even above the limits', async () => {
    const hold = await open({ maxBytes: 100, maxAgeMs: 10 })
    await hold.commit(changeOf({ sent: heavy(1, 2) }))
    await hold.commit(changeOf({ sent: heavy(3, 4, 5) }))
    expect(await numbersAfter(2)).toEqual([3, 4, 5])
    expect(await numbersAfter(1)).toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 30))
    await hold.beat()
    expect(await numbersAfter(2)).toEqual([3, 4, 5])
  })

  it('forgets what is old, with a beat too', async () => {
    const hold = await open({ maxBytes: 1 << 20, maxAgeMs: 1_000 })
    for (const number of [1, 2, 3]) await hold.commit(changeOf({ sent: heavy(number) }))
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    for (const number of [4, 5]) await hold.commit(changeOf({ sent: heavy(number) }))
    expect(await numbersAfter(3)).toEqual([4, 5])
    expect(await numbersAfter(2)).toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await hold.beat()
    expect(await numbersAfter(3)).toBe('gone')
    expect(await numbersAfter(4)).toEqual([5])
  })

  it('is gone with the session, and where there never was one', async () => {
    expect(await numbersAfter(0)).toBe('gone')
    const hold = await open()
    expect(await numbersAfter(0)).toEqual([])
    await hold.commit(changeOf({ sent: events(1) }))
    await hold.end('closed')
    expect(await numbersAfter(0)).toBe('gone')
  })
})
