import { setImmediate } from 'node:timers/promises'
import { type SessionId, newId, sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AudioWriter,
  type ReadAudioOptions,
  type TakenSession,
  appendAudio,
  createSession,
  freeAudio,
  readAudio,
  takeSession,
  utteranceLength,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { deaf, faulty, holdOptions, snapshot } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('the audio of an utterance, on %s', (kind) => {
  const server = useRedis(kind)
  const gateway = server.handle()
  const worker = server.handle()
  let sessionId: SessionId
  let end: number
  const never = new AbortController().signal

  beforeEach(() => {
    sessionId = newId('sess')
    end = 0
  })

  /** Frames of odd and even lengths with every byte in them. */
  const frames = Array.from({ length: 200 }, (_, frame) =>
    Int16Array.from(
      { length: 1 + ((frame * 37) % 900) },
      (_, index) => ((frame * 7919 + index * 257) % 65_536) - 32_768,
    ),
  )
  const whole = flatten(frames)
  /** Puts a frame behind the others. */
  const append = (frame: Int16Array | null, final = false): ReturnType<typeof appendAudio> => {
    const at = end
    end += frame?.length ?? 0
    return put(at, frame, final)
  }
  const put = (at: number, frame: Int16Array | null, final = false, token = 1): ReturnType<typeof appendAudio> =>
    appendAudio(
      gateway,
      { tenantId: 'tenant', sessionId, token },
      'item_1',
      at,
      frame && new Uint8Array(frame.buffer),
      { final },
    )
  const lengthNow = () => utteranceLength(worker, { tenantId: 'tenant', sessionId }, 'item_1')
  const read = async (options: Partial<ReadAudioOptions> = {}): Promise<number[]> => {
    const heard: Int16Array[] = []
    for await (const samples of readAudio(worker, { tenantId: 'tenant', sessionId }, 'item_1', {
      signal: never,
      ...options,
    }))
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
    const appends: Promise<unknown>[] = []
    for (let round = 0; round < 5; round++) {
      for (const [index, frame] of frames.entries()) {
        if (index % 10 === 5) void server.each('SCRIPT', 'FLUSH')
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
    const reader = readAudio(worker, { tenantId: 'tenant', sessionId }, 'item_1', { signal: never })
    const first = reader.next()
    await sleep(50)
    for (let round = 0; round < 3; round++) for (const frame of frames) await append(frame)
    await append(null, true)
    heard.push((await first).value as Int16Array)
    for await (const samples of reader) heard.push(samples)
    expect(flatten(heard)).toEqual([...whole, ...whole, ...whole])
  })

  it('is neither doubled nor torn when connections break', async () => {
    const live = read()
    for (const [index, frame] of frames.entries()) {
      const appended = append(frame)
      if (index % 20 === 10) await server.each('CLIENT', 'KILL', 'TYPE', index % 40 === 10 ? 'normal' : 'pubsub')
      if (index % 3 === 0) await appended
    }
    await append(null, true)
    expect(await live).toEqual(whole)
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
    const keys = await server.keys(`*{tenant/${sessionId}}*`)
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(await gateway.commands.pttl(key)).toBeGreaterThan(0)
    await freeAudio(gateway, { tenantId: 'tenant', sessionId }, 'item_1')
    expect(await server.keys(`*{tenant/${sessionId}}*`)).toEqual([])
    expect(await lengthNow()).toEqual({ samples: 0, isFinal: false })
  })

  it('is written once, wherever the pieces that come again begin and end', async () => {
    const piece = (from: number, to: number) => Int16Array.from(whole.slice(from, to))
    const live = read()
    await put(0, piece(0, 1_000))
    await put(0, piece(0, 1_000)) // the same
    await put(200, piece(200, 700)) // in the middle of it
    expect(await lengthNow()).toEqual({ samples: 1_000, isFinal: false })
    await put(600, piece(600, 1_500), false, 2) // beyond it, by another
    await put(1_000, piece(1_000, 1_600))
    expect(await put(1_600, null, true)).toBe('appended')
    expect(await put(1_600, null, true, 2)).toBe('appended')
    expect(await put(1_000, piece(1_000, 1_600), true)).toBe('appended')
    expect(await lengthNow()).toEqual({ samples: 1_600, isFinal: true })
    expect(await live).toEqual(whole.slice(0, 1_600))
    expect(await read()).toEqual(whole.slice(0, 1_600))
    await expect(put(1_600, piece(1_600, 1_601))).rejects.toMatchObject({ kind: 'bug', code: 'utterance_is_final' })
  })

  it('begins anew with another holder, and goes on for one who hears it already', async () => {
    await put(0, Int16Array.of(1, 2, 3, 4, 5), true, 1)
    await put(0, Int16Array.of(1, 2, 3), false, 2)
    expect(await lengthNow()).toEqual({ samples: 3, isFinal: false })
    await put(0, Int16Array.of(1, 2, 3), false, 2) // sent twice
    await put(3, Int16Array.of(4, 50, 60), false, 2)
    await put(6, null, true, 2)
    expect(await read()).toEqual([1, 2, 3, 4, 50, 60])
    sessionId = newId('sess')
    await put(0, Int16Array.of(1, 2, 3, 4), false, 1)
    const going = readAudio(worker, { tenantId: 'tenant', sessionId }, 'item_1', { signal: never })
    expect([...((await going.next()).value as Int16Array)]).toEqual([1, 2, 3, 4])
    await put(0, Int16Array.of(1, 2, 3), false, 2)
    await put(3, Int16Array.of(4, 5, 6), true, 2)
    expect([...((await going.next()).value as Int16Array)]).toEqual([5, 6])
    expect((await going.next()).done).toBe(true)
  })

  it('is silent where Redis has lost a part of it', async () => {
    const live = readAudio(worker, { tenantId: 'tenant', sessionId }, 'item_1', { signal: never })
    const hear = async (): Promise<number[]> => [...((await live.next()).value as Int16Array)]
    await append(Int16Array.of(1, 2))
    expect(await hear()).toEqual([1, 2])
    const rollBack = await snapshot(server, gateway, sessionId)
    await append(Int16Array.of(3, 4, 5))
    expect(await hear()).toEqual([3, 4, 5])
    await rollBack()
    expect(await append(Int16Array.of(6, 7))).toBe('appended_after_gap')
    expect(await append(Int16Array.of(8), true)).toBe('appended')
    expect([await hear(), await hear()]).toEqual([[6, 7], [8]])
    expect((await live.next()).done).toBe(true)
    expect(await read()).toEqual([1, 2, 0, 0, 0, 6, 7, 8])
    sessionId = newId('sess')
    await put(40_000, Int16Array.of(9), true)
    expect(await read()).toEqual([...new Array<number>(40_000).fill(0), 9])
    expect(await lengthNow()).toEqual({ samples: 40_001, isFinal: true })
  })

  it('is written once when an answer was lost', async () => {
    const faults = faulty(gateway)
    const hold = { tenantId: 'tenant', sessionId, token: 1 }
    const piece = (at: number) =>
      appendAudio(faults.redis, hold, 'item_1', at, Uint8Array.of(at, 0), { final: at === 3 })
    for (const at of [0, 1, 2, 3]) {
      faults.next = 'answer lost'
      await expect(piece(at)).rejects.toMatchObject({ kind: 'dependency' })
      await piece(at)
    }
    for (const again of faults.sent) await again()
    expect(await read()).toEqual([0, 1, 2, 3])
  })

  it('is not the former holder’s to write, once another has taken the session', async () => {
    const former = await createSession(deaf(gateway).redis, holdOptions({ sessionId }))
    const of = (hold: AudioWriter, at: number, ...samples: number[]) =>
      appendAudio(gateway, hold, 'item_1', at, new Uint8Array(Int16Array.from(samples).buffer), { final: false })
    expect(await of(former, 0, 1, 2)).toBe('appended')
    const { hold } = (await takeSession(worker, holdOptions({ sessionId }))) as TakenSession
    expect(await of(former, 2, 3)).toBe('lost')
    expect(await of(former, 0, 4)).toBe('lost')
    expect(await of(hold, 2, 3)).toBe('appended')
    await put(3, null, true, hold.token)
    expect(await read()).toEqual([1, 2, 3])
  })
})

function flatten(frames: readonly Int16Array[]): number[] {
  return frames.flatMap((frame) => [...frame])
}
