import { type SessionId, aborted, newId, silentLog, sleep } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LaneConsumer, type SessionFollower, cancelWork, enqueue, followSession } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { audio, brief, consume, lane, segmentJob, speaker, spoken } from './testing/streams.fixture.ts'

const patient = { timeout: 15_000, interval: 10 }

describe.each(redisKinds)('cancelled work, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  let sessionId: SessionId
  let results: string[]
  let follower: SessionFollower
  const consumers: LaneConsumer[] = []

  beforeEach(async () => {
    sessionId = newId('sess')
    results = []
    const onResult = (result: Parameters<typeof brief>[0]): void => void results.push(brief(result))
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    follower.close()
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })
  const empties = (): Promise<void> => vi.waitFor(async () => expect(await redis.commands.xlen(lane)).toBe(0), patient)

  it('is not run when it was waiting', async () => {
    const job = segmentJob({ sessionId })
    const other = segmentJob({ sessionId })
    await enqueue(redis, lane, job)
    await enqueue(redis, lane, other)
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, job.responseId)
    const ran: string[] = []
    consumers.push(
      consume(redis, 'one', async (delivered, context) => {
        ran.push(delivered.id)
        await context.emit(spoken(delivered))
      }),
    )
    await empties()
    expect(ran).toEqual([other.id])
  })

  it('is aborted when it was running, and what it still says is refused', async () => {
    const started = Promise.withResolvers<void>()
    const late = Promise.withResolvers<boolean>()
    consumers.push(
      consume(redis, 'one', async (delivered, context) => {
        await context.emit(audio(delivered, 'before'))
        started.resolve()
        await aborted(context.signal)
        late.resolve(await context.emit(audio(delivered, 'after')))
      }),
    )
    const job = segmentJob({ sessionId })
    await enqueue(redis, lane, job)
    await started.promise
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, job.responseId)
    expect(await late.promise).toBe(false)
    await empties()
    await follower.poll()
    expect(results).toEqual(['before'])
  })

  it('leaves other responses of the session alone', async () => {
    const started = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    consumers.push(
      consume(redis, 'one', async (delivered, context) => {
        started.resolve()
        await goOn.promise
        await context.emit(spoken(delivered))
      }),
    )
    await enqueue(redis, lane, segmentJob({ sessionId }))
    await started.promise
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, newId('resp'))
    goOn.resolve()
    await vi.waitFor(() => expect(results).toEqual(['segment_spoken']), patient)
  })

  it('cannot emit even where the message did not arrive', async () => {
    const { output, say, subject } = await speaker(redis, sessionId)
    await say('before')
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, subject)
    expect(await output.emit([{ kind: 'text_generated', responseId: subject, text: 'after' }])).toBe('cancelled')
    await follower.poll()
    expect(results).toEqual(['before'])
  })

  it('is aborted after a reconnect when the message was missed', async () => {
    const started = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    consumers.push(
      consume(redis, 'one', async (_, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve())
        started.resolve()
        await aborted.promise
      }),
    )
    const job = segmentJob({ sessionId })
    await enqueue(redis, lane, job)
    await started.promise
    await redis.commands.set(`cancelled:{tenant/${sessionId}}:${job.responseId}`, 1) // the mark without the message
    await server.each('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await aborted.promise
    await empties()
  })

  it('is cancelled at any moment without a word after the cancellation', async () => {
    consumers.push(
      consume(redis, 'one', async (delivered, context) => {
        while (await context.emit(audio(delivered, delivered.text)));
      }),
    )
    for (let round = 0; round < 60; round++) {
      const job = segmentJob({ sessionId, text: `round ${round}` })
      await enqueue(redis, lane, job)
      if (round % 3 > 0) await sleep(round % 7)
      await cancelWork(redis, { tenantId: 'tenant', sessionId }, job.responseId)
      const said = await redis.commands.xlen(`out:{tenant/${sessionId}}`)
      if (round % 10 === 0) await sleep(5)
      expect(await redis.commands.xlen(`out:{tenant/${sessionId}}`)).toBe(said)
    }
    await empties()
  })
})
