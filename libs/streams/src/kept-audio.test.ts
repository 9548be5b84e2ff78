import { newId } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Redis, appendAudio, closeSession, freeAudio, heardAudio, keepSpeech, keptSpeech } from './index.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { open } from './testing/streams.fixture.ts'

describe('The audio of an item', () => {
  let server: TestRedis
  let redis: Redis
  beforeAll(async () => {
    server = await startRedis()
    redis = await open(server.url)
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })

  it('is what was spoken, in order, even where a piece is written twice', async () => {
    const sessionId = newId('sess')
    await Promise.all([
      keepSpeech(redis, sessionId, 'a', 0, Uint8Array.of(1, 2)),
      keepSpeech(redis, sessionId, 'a', 2, Uint8Array.of(3, 4)),
      keepSpeech(redis, sessionId, 'a', 2, Uint8Array.of(3, 4)),
    ])
    expect([...(await keptSpeech(redis, sessionId, 'a', 100))]).toEqual([1, 2, 3, 4])
    expect([...(await keptSpeech(redis, sessionId, 'a', 3))]).toEqual([1, 2, 3])
    expect(await redis.commands.pttl(`spoken:{${sessionId}}:a`)).toBeGreaterThan(0)
  })

  it('is what was heard, of an utterance that goes on too', async () => {
    const sessionId = newId('sess')
    await appendAudio(redis, sessionId, 'a', Uint8Array.of(1, 2), { final: false })
    expect([...(await heardAudio(redis, sessionId, 'a', 100))]).toEqual([1, 2])
    await appendAudio(redis, sessionId, 'a', Uint8Array.of(3, 4), { final: false })
    await appendAudio(redis, sessionId, 'a', null, { final: true })
    expect([...(await heardAudio(redis, sessionId, 'a', 100))]).toEqual([1, 2, 3, 4])
    expect([...(await heardAudio(redis, sessionId, 'a', 2))]).toEqual([1, 2])
  })

  it('is nothing once it was freed, or the session was closed', async () => {
    const sessionId = newId('sess')
    for (const itemId of ['a', 'b']) {
      await keepSpeech(redis, sessionId, itemId, 0, Uint8Array.of(1, 2))
      await appendAudio(redis, sessionId, itemId, Uint8Array.of(1, 2), { final: true })
    }
    await freeAudio(redis, sessionId, 'a')
    await closeSession(redis, sessionId, ['b'])
    for (const itemId of ['a', 'b']) {
      expect(await keptSpeech(redis, sessionId, itemId, 100)).toHaveLength(0)
      expect(await heardAudio(redis, sessionId, itemId, 100)).toHaveLength(0)
    }
  })
})
