import { type SessionId, newId, silentLog } from '@voicebox/kernel'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type FollowSessionOptions, type SessionFollower, followSession } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { brief, speaker } from './testing/streams.fixture.ts'

const patient = { timeout: 15_000, interval: 5 }

describe.each(redisKinds)('a session follower, on %s', (kind) => {
  const server = useRedis(kind)
  const gateway = server.handle()
  const worker = server.handle()
  let sessionId: SessionId

  beforeEach(() => {
    sessionId = newId('sess')
  })

  const follow = async (options: Partial<FollowSessionOptions> = {}, id = sessionId): Promise<Following> => {
    const heard: string[] = []
    const seqs: number[] = []
    const lost: [number, number][] = []
    const follower = await followSession(
      gateway,
      { tenantId: 'tenant', sessionId: id },
      {
        afterSeq: 0,
        onResult(result, seq) {
          heard.push(brief(result))
          seqs.push(seq)
        },
        onLost: (from, to) => lost.push([from, to]),
        log: silentLog,
        ...options,
      },
    )
    return { follower, heard, seqs, lost }
  }
  interface Following {
    follower: SessionFollower
    heard: string[]
    seqs: number[]
    lost: [number, number][]
  }

  it('throws away messages that no script wrote', async () => {
    const { follower, heard } = await follow()
    const channel = `out:{tenant/${sessionId}}`
    for (const message of ['', 'abc', Buffer.alloc(16, 255)]) await worker.commands.spublish(channel, message)
    const { say } = await speaker(worker, sessionId)
    await say('one')
    await vi.waitFor(() => expect(heard).toHaveLength(1), patient)
    follower.close()
  })

  it('hears what was said before it came and what is said after, once and in order', async () => {
    const { say } = await speaker(worker, sessionId)
    await say('a', 'b')
    const { heard, seqs, lost, follower } = await follow()
    expect(heard).toEqual(['a', 'b'])
    await say('c')
    await say('d', 'e')
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']), patient)
    expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
    expect(follower.lastSeq).toBe(seqs.at(-1))
    expect(lost).toEqual([])
    follower.close()
  })

  it('goes on from the number that another follower had reached', async () => {
    const { say } = await speaker(worker, sessionId)
    const first = await follow()
    await say('a', 'b')
    await vi.waitFor(() => expect(first.heard).toHaveLength(2), patient)
    first.follower.close()
    await say('c')
    const second = await follow({ afterSeq: first.follower.lastSeq })
    expect(first.heard).toEqual(['a', 'b'])
    expect(second).toMatchObject({ heard: ['c'], lost: [] })
    second.follower.close()
  })

  it('carries audio bytes unchanged', async () => {
    const { output, subject } = await speaker(worker, sessionId)
    const pcm = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)
    const received: unknown[] = []
    const { follower } = await follow({ onResult: (result) => received.push(result) })
    const result = {
      kind: 'audio_generated',
      responseId: subject,
      segment: 2,
      offset: 480,
      pcm: pcm.subarray(3),
    } as const
    await output.emit([result])
    await vi.waitFor(() => expect(received).toHaveLength(1), patient)
    expect(received).toEqual([{ ...result, pcm: Buffer.from(pcm.subarray(3)) }])
    follower.close()
  })

  it('repairs any loss of published messages from the log', async () => {
    const reached = { drops: 0, repaired: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 40, size: 'max' }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 97, size: 'max' }),
        async (emits, drops) => {
          const id = newId('sess')
          let published = 0
          let dropped = 0
          const dropPublished = (): boolean => {
            const drop = drops[published++ % drops.length] ?? false
            dropped += Number(drop)
            return drop
          }
          const { follower, heard, seqs, lost } = await follow({ dropPublished }, id)
          const { say } = await speaker(worker, id)
          const said: string[] = []
          for (const [count, waits] of emits) {
            const texts = Array.from({ length: count }, (_, index) => String(said.length + index))
            said.push(...texts)
            const emitted = say(...texts)
            if (waits) await emitted
          }
          await say('end')
          await vi.waitFor(() => expect(published).toBeGreaterThan(said.length), patient)
          reached.drops += dropped
          reached.repaired += Number(heard.at(-1) === 'end' && dropped > 0)
          await follower.poll()
          follower.close()
          expect(heard).toEqual([...said, 'end'])
          expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
          expect(lost).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
    expect(reached.drops).toBeGreaterThan(100)
    expect(reached.repaired).toBeGreaterThan(0)
  })

  it('hears everything once, in order, while connections break again and again', async () => {
    const { follower, heard, lost } = await follow()
    const { say } = await speaker(worker, sessionId)
    const said = Array.from({ length: 300 }, (_, index) => String(index))
    for (const [index, text] of said.entries()) {
      const emitted = say(text)
      if (index % 30 === 10) await server.each('CLIENT', 'KILL', 'TYPE', 'normal')
      if (index % 30 === 20) await server.each('CLIENT', 'KILL', 'TYPE', 'pubsub')
      if (index % 5 === 0) await emitted
    }
    await vi.waitFor(() => expect(heard).toHaveLength(said.length), patient)
    expect(heard).toEqual(said)
    expect(lost).toEqual([])
    follower.close()
  })

  it('keeps the log below its bytes, newest first, and says what a late follower cannot hear any more', async () => {
    const { say } = await speaker(worker, sessionId, { maxBytes: 10_000, maxAgeMs: 600_000 })
    const early = await follow()
    for (let index = 0; index < 30; index++) await say(`${index} ${'x'.repeat(1_000)}`)
    await vi.waitFor(() => expect(early.heard).toHaveLength(30), patient)
    const late = await follow()
    expect(late.heard).toEqual(early.heard.slice(-late.heard.length))
    expect(late.heard.length).toBe(9)
    expect(late.lost).toEqual([[1, early.seqs.at(-10)]])
    early.follower.close()
    late.follower.close()
  })

  it('keeps the newest result even when it alone is above the limit', async () => {
    const { say } = await speaker(worker, sessionId, { maxBytes: 10, maxAgeMs: 600_000 })
    await say('something long', 'something longer')
    const { heard, follower } = await follow()
    expect(heard).toEqual(['something longer'])
    follower.close()
  })

  it('forgets results above their age', async () => {
    const { say } = await speaker(worker, sessionId, { maxBytes: 1 << 20, maxAgeMs: 50 })
    await say('old')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await say('new')
    const { heard, lost, follower } = await follow()
    expect(heard).toEqual(['new'])
    expect(lost).toHaveLength(1)
    follower.close()
  })

  it('says what was trimmed before it could repair a gap', async () => {
    const { follower, heard, lost } = await follow({ dropPublished: () => true })
    const { say } = await speaker(worker, sessionId, { maxBytes: 3_000, maxAgeMs: 600_000 })
    for (let index = 0; index < 10; index++) await say(`${index} ${'x'.repeat(1_000)}`)
    await follower.poll()
    expect(heard.map((text) => text.split(' ')[0])).toEqual(['8', '9'])
    expect(lost).toHaveLength(1)
    follower.close()
  })

  it('gives up what was published and is gone from the log, and goes on', async () => {
    const { follower, heard, lost } = await follow()
    const message = Buffer.alloc(16)
    message.writeDoubleBE(10, 0)
    message.writeDoubleBE(9, 8)
    await worker.commands.spublish(`out:{tenant/${sessionId}}`, message)
    await vi.waitFor(() => expect(lost).toEqual([[1, 10]]), patient)
    const { say } = await speaker(worker, sessionId)
    await say('a')
    await vi.waitFor(() => expect(heard).toEqual(['a']), patient)
    follower.close()
  })

  it('goes on when Redis lost the newest results, and says that it did', async () => {
    const { say } = await speaker(worker, sessionId)
    const { follower, heard, seqs, lost } = await follow()
    await say('a')
    await say('b')
    await vi.waitFor(() => expect(heard).toHaveLength(2), patient)
    const [first, second] = seqs as [number, number]
    await worker.commands.hset(`out:{tenant/${sessionId}}:head`, 'number', first) // as a server that had not stored `b`
    await worker.commands.xdel(`out:{tenant/${sessionId}}`, `${second}-0`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await say('c')
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c']), patient)
    expect(lost).toHaveLength(1)
    follower.close()
  })

  it('lets every key of a session expire', async () => {
    const { say } = await speaker(worker, sessionId)
    await say('a')
    const keys = await server.keys(`*{tenant/${sessionId}}*`)
    expect(keys.length).toBe(4)
    for (const key of keys) expect(await worker.commands.pttl(key)).toBeGreaterThan(0)
  })
})
