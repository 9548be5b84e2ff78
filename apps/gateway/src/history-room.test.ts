import { silentLog, systemClock } from '@voicebox/kernel'
import { countHistory, createSession } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type HistoryRoom, watchHistoryRoom } from './history-room.ts'

const patient = { timeout: 20_000, interval: 20 }

describe('The room for history', { timeout: 60_000 }, () => {
  const server = useRedis('one server', { each: true })
  const redis = server.handle()

  function watch(maxSessions: number | null): HistoryRoom {
    const count = () => countHistory(redis)
    const room = watchHistoryRoom({ count, maxSessions, clock: systemClock, log: silentLog })
    onTestFinished(() => room.close())
    return room
  }

  async function openSession(sessionId: `sess_${string}`): Promise<void> {
    const history = { maxUnwrittenBytes: 1_000, onFull: () => {} }
    const about = { tenantId: 'tenant', holder: 'gateway', ttlMs: 60_000, onTaken: () => {}, history, log: silentLog }
    const hold = await createSession(redis, { ...about, sessionId })
    onTestFinished(() => hold.close())
  }

  it('is used up by as many sessions as there may be, and there again when some are written down', async () => {
    const room = watch(2)
    await openSession('sess_1')
    await openSession('sess_2')
    await vi.waitFor(() => expect(room.hasRoom).toBe(false), patient)
    for (const name of await server.keys('history:due:*')) await redis.commands.del(name)
    await vi.waitFor(() => expect(room.hasRoom).toBe(true), patient)
  })

  it('is without end where no history is kept', async () => {
    const room = watch(null)
    await openSession('sess_1')
    expect(room.hasRoom).toBe(true)
  })
})
