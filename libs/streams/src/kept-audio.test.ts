import { newId } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { appendAudio, createSession, freeAudio, heardAudio, keepSpeech, keptSpeech, takeSession } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { holdOptions } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('The audio of an item, on %s', (kind) => {
  const redis = useRedis(kind).handle()

  it('is what was spoken, in order, even where a piece is written twice', async () => {
    const sessionId = newId('sess')
    await Promise.all([
      keepSpeech(redis, { tenantId: 'tenant', sessionId, token: 1 }, 'a', 0, Uint8Array.of(1, 2)),
      keepSpeech(redis, { tenantId: 'tenant', sessionId, token: 1 }, 'a', 2, Uint8Array.of(3, 4)),
      keepSpeech(redis, { tenantId: 'tenant', sessionId, token: 1 }, 'a', 2, Uint8Array.of(3, 4)),
    ])
    expect([...(await keptSpeech(redis, { tenantId: 'tenant', sessionId }, 'a', 100))]).toEqual([1, 2, 3, 4])
    expect([...(await keptSpeech(redis, { tenantId: 'tenant', sessionId }, 'a', 3))]).toEqual([1, 2, 3])
    for (const key of ['spoken:', 'held:']) {
      expect(await redis.commands.pttl(`${key}{tenant/${sessionId}}${key === 'held:' ? '' : ':a'}`)).toBeGreaterThan(0)
    }
  })

  it('is what was heard, of an utterance that goes on too', async () => {
    const sessionId = newId('sess')
    const append = (at: number, pcm: Uint8Array | null) =>
      appendAudio(redis, { tenantId: 'tenant', sessionId, token: 1 }, 'a', at, pcm, { final: pcm === null })
    await append(0, Uint8Array.of(1, 2))
    expect([...(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 100))]).toEqual([1, 2])
    await append(1, Uint8Array.of(3, 4))
    await append(2, null)
    expect([...(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 100))]).toEqual([1, 2, 3, 4])
    expect([...(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 2))]).toEqual([1, 2])
  })

  it('is silent where a part of what was heard is lost', async () => {
    const sessionId = newId('sess')
    const append = (at: number) =>
      appendAudio(redis, { tenantId: 'tenant', sessionId, token: 1 }, 'a', at, Uint8Array.of(1, 2), { final: false })
    await append(0)
    await append(3)
    expect([...(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 100))]).toEqual([
      1, 2, 0, 0, 0, 0, 1, 2,
    ])
    expect([...(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 5))]).toEqual([1, 2, 0, 0, 0])
    await append(1_000_000)
    expect(await heardAudio(redis, { tenantId: 'tenant', sessionId }, 'a', 1_000)).toHaveLength(1_000)
  })

  it('is kept by who holds the session, and by nobody who did before', async () => {
    const former = await createSession(redis, holdOptions())
    const { sessionId } = former
    await keepSpeech(redis, former, 'a', 0, Uint8Array.of(1, 2))
    const taken = await takeSession(redis, holdOptions({ sessionId, holder: 'two' }))
    await freeAudio(redis, { tenantId: 'tenant', sessionId }, 'a')
    await keepSpeech(redis, former, 'a', 2, Uint8Array.of(9, 9))
    expect(await keptSpeech(redis, { tenantId: 'tenant', sessionId }, 'a', 100)).toHaveLength(0)
    await keepSpeech(redis, taken?.hold ?? expect.fail(), 'a', 0, Uint8Array.of(5, 6))
    expect([...(await keptSpeech(redis, { tenantId: 'tenant', sessionId }, 'a', 100))]).toEqual([5, 6])
  })

  it('is nothing once it was freed, or the session has ended', async () => {
    const hold = await createSession(redis, holdOptions())
    for (const itemId of ['a', 'b']) {
      await keepSpeech(redis, hold, itemId, 0, Uint8Array.of(1, 2))
      await appendAudio(redis, hold, itemId, 0, Uint8Array.of(1, 2), { final: true })
    }
    await freeAudio(redis, hold, 'a')
    expect(await keptSpeech(redis, hold, 'b', 100)).toHaveLength(2)
    await hold.end('closed')
    for (const itemId of ['a', 'b']) {
      expect(await keptSpeech(redis, hold, itemId, 100)).toHaveLength(0)
      expect(await heardAudio(redis, hold, itemId, 100)).toHaveLength(0)
    }
  })
})
