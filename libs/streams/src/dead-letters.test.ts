import { Failure, newId, silentLog } from '@voicebox/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeLetter, letterOf } from './dead-letter.ts'
import {
  type CallToolJob,
  type DeadLetter,
  type LaneConsumer,
  type SynthesizeJob,
  consumeLane,
  createSession,
  deadLetters,
  dropDeadLetter,
  enqueue,
  findDeadLetter,
  laneStats,
  retryDeadLetter,
} from './index.ts'
import { placesKeys } from './keys.ts'
import { type Delivery, holdLane } from './lane-hold.ts'
import { laneBury } from './scripts.gen.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { patient } from './testing/lane.fixture.ts'
import { holdOptions } from './testing/sessions.fixture.ts'
import { lane, laneKeys, segmentJob } from './testing/streams.fixture.ts'

const failure = new Failure('engine', 'engine_broke', 'It broke')
const dead = `dead:{${lane}}`

describe.each(redisKinds)('a dead letter, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const consumers: LaneConsumer[] = []
  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    await redis.commands.del('jobs:mcp:default', 'dead:{jobs:mcp:default}', 'places:{jobs:mcp:default}')
  })
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()))
  })

  const all = () => Array.fromAsync(deadLetters(redis, lane))
  async function first(): Promise<DeadLetter> {
    const [letter] = await all()
    if (letter === undefined) throw new Error('There is no letter')
    return letter
  }
  /** Has a job given up, and answers its letter. */
  async function bury(job: SynthesizeJob): Promise<DeadLetter> {
    expect(await enqueue(redis, lane, job)).toBe('queued')
    const hold = holdLane(redis, lane, 'one')
    for (const delivery of await hold.read(redis.commands, 1, 1))
      await hold.bury(delivery, letterOf(job, delivery, failure))
    return first()
  }

  it('tells what was given up, why, when, and after how many attempts', async () => {
    const job = segmentJob()
    const sinceMs = Number((await redis.commands.time())[0]) * 1_000
    const letter = await bury(job)
    const cause = { kind: 'engine', code: 'engine_broke', message: 'It broke' }
    expect(letter).toMatchObject({ lane, job, isWhole: true, attempts: 1, cause })
    expect(letter.queuedAtMs).toBeGreaterThanOrEqual(sinceMs)
    expect(letter.diedAtMs).toBeGreaterThanOrEqual(letter.queuedAtMs)
    expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0, dead: 1 })
    expect(await findDeadLetter(redis, lane, letter.id)).toEqual(letter)
  })

  it('is put back as a new job while its session lives, once', async () => {
    const options = holdOptions()
    const hold = await createSession(redis, options)
    const job = segmentJob({ sessionId: options.sessionId })
    const letter = await bury(job)
    expect(await retryDeadLetter(redis, letter)).toBe('queued')
    expect(await all()).toEqual([])
    expect(await retryDeadLetter(redis, letter)).toBe('queued') // the answer was lost, say
    const ran: SynthesizeJob[] = []
    consumers.push(
      consumeLane(redis, {
        lane,
        concurrency: 4,
        claimAfterMs: 5_000,
        consumer: 'two',
        clock: { now: () => Date.now(), after: () => () => {} },
        log: silentLog,
        async run({ ...delivered }, { emit }) {
          ran.push(delivered)
          await emit({ kind: 'segment_spoken', responseId: delivered.responseId, segment: 0, samples: 1 })
        },
        failed: () => [],
      }),
    )
    await vi.waitFor(async () => expect(await laneStats(redis, lane)).toMatchObject({ depth: 0, pending: 0 }), patient)
    expect(ran).toHaveLength(1)
    const { id, ...rest } = job
    expect(ran[0]).toMatchObject(rest)
    expect(ran[0]?.id).not.toBe(id) // the old one is known to be done
    await hold.close()
  })

  it('stays where its session has ended or has never been', async () => {
    const letter = await bury(segmentJob())
    expect(await retryDeadLetter(redis, letter)).toBe('session_ended')
    const options = holdOptions()
    const hold = await createSession(redis, options)
    await hold.end('closed')
    const other = await bury(segmentJob({ sessionId: options.sessionId }))
    expect(await retryDeadLetter(redis, other)).toBe('session_ended')
    expect(await all()).toHaveLength(2)
    expect(await redis.commands.xlen(lane)).toBe(0)
    await hold.close()
  })

  it('can be thrown away', async () => {
    const letter = await bury(segmentJob())
    expect(await dropDeadLetter(redis, letter)).toBe(true)
    expect(await dropDeadLetter(redis, letter)).toBe(false)
    expect(await findDeadLetter(redis, lane, letter.id)).toBeNull()
    expect(await findDeadLetter(redis, lane, 'no id')).toBeNull()
  })

  it('has none of the secrets of an MCP server, and its job is not put back', async () => {
    const job: CallToolJob = {
      kind: 'call_tool',
      ...{ id: newId('job'), sessionId: newId('sess'), tenantId: 'tenant', deadlineMs: 60_000, traceId: 'trace' },
      itemId: 'item_1',
      server: {
        label: 'tools',
        url: 'https://user:hush-1@tools.example/hush-2?key=hush-3',
        authorization: 'hush-4',
        headers: { 'x-key': 'hush-5' },
      },
      name: 'look_up',
      arguments: '{}',
    }
    const letter = letterOf(job, delivery, failure)
    expect(encodeLetter(letter).toString('latin1')).not.toContain('hush')
    expect(letter).toMatchObject({ job: { server: { label: 'tools', url: 'https://tools.example' } }, isWhole: false })
    const options = holdOptions()
    const hold = await createSession(redis, options)
    const kept = { ...letter, job: { ...letter.job, sessionId: options.sessionId } }
    const placed = { ...kept, lane: 'jobs:mcp:default', id: '1-0', diedAtMs: 1 } as const
    expect(await retryDeadLetter(redis, placed)).toBe('not_whole')
    await hold.close()
  })

  it('of a job that is too large tells only whose it was', async () => {
    const job = segmentJob({ text: 'a'.repeat(70_000) })
    const letter = letterOf(job, delivery, failure)
    expect(encodeLetter(letter).length).toBeLessThan(1_000)
    const { id, sessionId, tenantId, traceId } = job
    expect(letter.job).toEqual({ kind: 'synthesize', id, sessionId, tenantId, traceId })
    expect(await retryDeadLetter(redis, { ...letter, lane, id: '1-0', diedAtMs: 1 })).toBe('not_whole')
  })

  it('is one of many that are read in pages, the oldest first', async () => {
    const letters = Array.from({ length: 250 }, (_, number) =>
      letterOf(segmentJob(), { ...delivery, attempt: number }, failure),
    )
    for (const letter of letters) await redis.commands.xadd(dead, '*', 'letter', encodeLetter(letter))
    expect((await all()).map(({ attempts }) => attempts)).toEqual(letters.map(({ attempts }) => attempts))
  })

  it('makes room for newer ones, and goes when it is old', async () => {
    const hold = holdLane(redis, lane, 'one')
    const buryOne = async (limits: { max_letters: number; max_age_ms: number }): Promise<void> => {
      await enqueue(redis, lane, segmentJob())
      for (const { entry, delivery: times, tenant } of await hold.read(redis.commands, 1, 1)) {
        const args = {
          group: 'tts-workers',
          consumer: 'one',
          entry,
          delivery: times,
          tenant,
          letter: Buffer.from('x'),
          ...limits,
        }
        expect(await laneBury(redis, { lane, dead, ...placesKeys(lane) }, args)).toBe('buried')
      }
    }
    for (let letter = 0; letter < 5; letter++) await buryOne({ max_letters: 3, max_age_ms: 60_000 })
    expect(await redis.commands.xlen(dead)).toBe(3)
    await redis.commands.del(dead)
    await redis.commands.xadd(dead, '1000-0', 'letter', 'old')
    await buryOne({ max_letters: 3, max_age_ms: 60_000 })
    expect((await redis.commands.xrange(dead, '-', '+')).map(([id]) => id)).not.toContain('1000-0')
    expect(await redis.commands.xlen(dead)).toBe(1)
  })
})

const delivery: Delivery = {
  entry: '7-0',
  origin: '5-0',
  delivery: 1,
  attempt: 3,
  deadlineAtMs: 0,
  tenant: 'tenant',
  job: null,
}
