import { setImmediate } from 'node:timers/promises'
import { type SessionId, newId, sleep } from '@voicebox/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ReadAudioOptions, type Redis, appendAudio, freeAudio, readAudio } from './index.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { open } from './testing/streams.fixture.ts'

describe('the audio of an utterance', () => {
  let server: TestRedis
  let gateway: Redis
  let worker: Redis
  let sessionId: SessionId
  const never = new AbortController().signal

  beforeAll(async () => {
    server = await startRedis()
    gateway = await open(server.url)
    worker = await open(server.url)
  })
  afterAll(async () => {
    await Promise.all([gateway.close(), worker.close()])
    await server.close()
  })
  beforeEach(() => {
    sessionId = newId('sess')
  })

  /** Frames of odd and even lengths with every byte in them. */
  const frames = Array.from({ length: 200 }, (_, frame) =>
    Int16Array.from(
      { length: 1 + ((frame * 37) % 900) },
      (_, index) => ((frame * 7919 + index * 257) % 65_536) - 32_768,
    ),
  )
  const whole = flatten(frames)
  const append = (frame: Int16Array | null, final = false): Promise<void> =>
    appendAudio(gateway, sessionId, 'item_1', frame && new Uint8Array(frame.buffer), { final })
  const read = async (options: Partial<ReadAudioOptions> = {}): Promise<number[]> => {
    const heard: Int16Array[] = []
    for await (const samples of readAudio(worker, sessionId, 'item_1', { signal: never, ...options }))
      heard.push(samples)
    return flatten(heard)
  }

  it('is the same for one who follows it live and one who reads it afterwards', async () => {
    const live = read()
    for (const frame of frames) await append(frame)
    await append(null, true)
    expect(await live).toEqual(whole)
    expect(await read()).toEqual(whole)
  })

  it('counts as abandoned when its writer falls silent before the end', async () => {
    await append(Int16Array.of(1, 2))
    await expect(read({ abandonedAfterMs: 1_000 })).rejects.toMatchObject({
      kind: 'engine',
      code: 'log_abandoned',
      retryable: false,
    })
  })

  it('keeps its order when appends are not awaited and the server has forgotten its scripts', async () => {
    const live = read()
    const appends: Promise<void>[] = []
    for (let round = 0; round < 5; round++) {
      for (const [index, frame] of frames.entries()) {
        if (index % 10 === 5) void gateway.commands.script('FLUSH')
        appends.push(append(frame))
        if (index % 3 === 0) await setImmediate() // so that refusals and new appends are interleaved
      }
    }
    await Promise.all(appends)
    await append(null, true)
    expect(await live).toEqual(Array.from({ length: 5 }, () => whole).flat())
  })

  it('comes whole to a live reader that misses published messages', async () => {
    const live = read({ dropPublished: (number) => number % 3 === 0 })
    for (const frame of frames) await append(frame)
    await append(null, true)
    expect(await live).toEqual(whole)
  })

  it('ends for a live reader even when the message with the final mark was lost', async () => {
    const live = read({ dropPublished: (number) => number > 3 })
    await sleep(50)
    for (const frame of frames.slice(0, 5)) await append(frame)
    await append(null, true)
    expect(await live).toEqual(flatten(frames.slice(0, 5)))
  })

  it('waits in Redis for a slow reader', async () => {
    const heard: Int16Array[] = []
    const reader = readAudio(worker, sessionId, 'item_1', { signal: never })
    const first = reader.next()
    await sleep(50)
    for (let round = 0; round < 3; round++) for (const frame of frames) await append(frame)
    await append(null, true)
    heard.push((await first).value as Int16Array)
    for await (const samples of reader) heard.push(samples)
    expect(flatten(heard)).toEqual([...whole, ...whole, ...whole])
  })

  it('is neither doubled nor torn when connections break', async () => {
    const admin = await open(server.url)
    const live = read()
    for (const [index, frame] of frames.entries()) {
      const appended = append(frame)
      if (index % 20 === 10)
        await admin.commands.call('CLIENT', 'KILL', 'TYPE', index % 40 === 10 ? 'normal' : 'pubsub')
      if (index % 3 === 0) await appended
    }
    await append(null, true)
    expect(await live).toEqual(whole)
    await admin.close()
  })

  it('may end with its last audio, and takes nothing after that', async () => {
    await append(frames[1] ?? null, true)
    expect(await read()).toEqual([...(frames[1] ?? [])])
    await expect(append(frames[2] ?? null)).rejects.toMatchObject({ code: 'utterance_is_final' })
  })

  it('that is abandoned ends with the signal', async () => {
    await append(frames[3] ?? null)
    const abandoned = new AbortController()
    const heard = read({ signal: abandoned.signal })
    await sleep(50)
    abandoned.abort()
    expect(await heard).toEqual([...(frames[3] ?? [])])
  })

  it('is gone when it was freed, and expires by itself', async () => {
    await append(frames[4] ?? null)
    const [key] = await gateway.commands.keys(`*{${sessionId}}*`)
    expect(await gateway.commands.pttl(key ?? '')).toBeGreaterThan(0)
    await freeAudio(gateway, sessionId, 'item_1')
    expect(await gateway.commands.keys(`*{${sessionId}}*`)).toEqual([])
  })
})

function flatten(frames: readonly Int16Array[]): number[] {
  return frames.flatMap((frame) => [...frame])
}
