import { newId, sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSession, enterSession, reapSessions, takeSession } from './index.ts'
import { keys } from './keys.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { holdOptions } from './testing/sessions.fixture.ts'

describe.each(redisKinds)("a tenant's sessions, on %s", (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  let tenantId: string
  beforeEach(() => {
    tenantId = newId('job')
  })

  const counted = (): Promise<number> => redis.commands.zcard(keys.countedSessions(tenantId))
  const ask = (limit: number, ttlMs = 30_000) =>
    enterSession(redis, { tenantId, sessionId: newId('sess'), ttlMs, limit })
  const open = (ttlMs = 30_000) => createSession(redis, holdOptions({ tenantId, ttlMs }))

  it('are let in up to the limit, and who is refused hears when the first may count no more', async () => {
    const asked = await Promise.all(Array.from({ length: 5 }, () => ask(3)))
    expect(asked.filter((answer) => answer === 'entered')).toHaveLength(3)
    const refusal = await ask(3)
    expect(refusal).toMatchObject({ kind: 'refused' })
    const { waitMs } = refusal as { waitMs: number }
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(30_000)
  })

  it('count once each, however often one is let in', async () => {
    const about = { tenantId, sessionId: newId('sess'), ttlMs: 30_000, limit: 1 }
    expect([await enterSession(redis, about), await enterSession(redis, about)]).toEqual(['entered', 'entered'])
    expect(await counted()).toBe(1)
  })

  it('count while their holders show life, and no more once they end', async () => {
    const hold = await open()
    await hold.beat()
    expect(await counted()).toBe(1)
    await hold.end('closed')
    expect(await counted()).toBe(0)
    await hold.beat()
    expect(await counted()).toBe(0)
    await hold.close()
  })

  it('count once when they are resumed, whoever held them', async () => {
    const hold = await open()
    const taken = await takeSession(redis, holdOptions({ tenantId, sessionId: hold.sessionId }))
    await taken?.hold.beat()
    expect(await counted()).toBe(1)
    expect(await ask(1)).toMatchObject({ kind: 'refused' })
    await taken?.hold.end('closed')
    expect(await ask(1)).toBe('entered')
    await taken?.hold.close()
    await hold.close()
  })

  it('make room when nobody drives them any more, reaped or not', async () => {
    const hold = await open(50)
    await hold.close()
    expect(await ask(1, 50)).toMatchObject({ kind: 'refused' })
    await sleep(60)
    expect(await ask(1, 50)).toBe('entered')
    await reapSessions(redis, { limit: 10, onReaped: () => {}, graceMs: 0 })
    await sleep(60)
    expect(await ask(1)).toBe('entered')
  })
})
