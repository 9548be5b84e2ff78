import { newId, silentLog } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { encode } from './codec.ts'
import {
  type LaneConsumer,
  type SessionHold,
  type SynthesizeJob,
  type TenantMismatch,
  createSession,
  deadLetters,
  enqueue,
  findSecret,
  findSession,
  followSession,
  keepSecret,
  takeSession,
} from './index.ts'
import { keys, sessionKeys } from './keys.ts'
import { nameOf } from './session-ref.ts'
import { useRedis } from './testing/index.ts'
import { patient } from './testing/lane.fixture.ts'
import { holdOptions } from './testing/sessions.fixture.ts'
import { consume, lane, laneKeys, segmentJob, spoken } from './testing/streams.fixture.ts'

describe('What names one tenant where it is of another', () => {
  const server = useRedis()
  const redis = server.handle()
  let told: TenantMismatch[]
  let ran: SynthesizeJob[]
  let theirs: SessionHold
  const onMismatch = (mismatch: TenantMismatch): void => void told.push(mismatch)

  beforeEach(async () => {
    await redis.commands.del(...laneKeys)
    told = []
    ran = []
    theirs = await createSession(redis, holdOptions({ tenantId: 'theirs' }))
  })

  const start = (): LaneConsumer =>
    consume(
      redis,
      'one',
      async (job, context) => {
        ran.push(job)
        await context.emit(spoken(job))
      },
      { onMismatch },
    )

  /** All that Redis has of the other tenant's session. */
  async function dumped(): Promise<unknown> {
    const names = (await server.keys(`*{${nameOf(theirs)}}*`)).sort()
    return Promise.all(names.map(async (name) => [name, await redis.commands.dumpBuffer(name)]))
  }

  /** Puts it into the lane as of this tenant, whatever it says itself. */
  async function forge(job: SynthesizeJob, as: string): Promise<void> {
    await enqueue(redis, lane, { ...job, tenantId: as })
    const [[entry, fields] = ['', []]] = await redis.commands.xrangeBuffer(lane, '-', '+')
    await redis.commands.xdel(lane, entry.toString())
    await redis.commands.callBuffer('XADD', lane, '*', ...fields.map((it, at) => (at === 1 ? encode(job) : it)))
  }

  async function isRefused(expected: TenantMismatch): Promise<void> {
    const consumer = start()
    await vi.waitFor(() => expect(told).toEqual([expected]), patient)
    await vi.waitFor(async () => {
      const [letter] = await Array.fromAsync(deadLetters(redis, lane))
      expect(letter?.cause.code).toBe('tenant_mismatch')
    }, patient)
    await consumer.close()
    expect(ran).toEqual([])
  }

  it('is not worked on when a job was put into the lane by another tenant than its session has', async () => {
    const before = await dumped()
    const job = segmentJob({ tenantId: 'theirs', sessionId: theirs.sessionId })
    await forge(job, 'ours')
    const about = { sessionId: job.sessionId, jobId: job.id }
    await isRefused({ at: 'job', tenantId: 'theirs', otherTenantId: 'ours', ...about })
    expect(await dumped()).toEqual(before)
  })

  it('is not worked on when the record of a session says that it is of another tenant', async () => {
    const job = segmentJob({ tenantId: 'ours', sessionId: theirs.sessionId })
    await redis.commands.hset(sessionKeys(job).session, { state: 'live', tenant: 'theirs' })
    await enqueue(redis, lane, job)
    const about = { sessionId: job.sessionId, jobId: job.id }
    await isRefused({ at: 'job', tenantId: 'ours', otherTenantId: 'theirs', ...about })
  })

  it("says nothing to another tenant's session when a job has the id of that", async () => {
    const before = await dumped()
    const consumer = start()
    await enqueue(redis, lane, segmentJob({ tenantId: 'ours', sessionId: theirs.sessionId }))
    await vi.waitFor(() => expect(ran).toHaveLength(1), patient)
    await consumer.close()
    expect(await dumped()).toEqual(before)
  })

  it('is not heard as a result of the session in whose log it is', async () => {
    const heard: unknown[] = []
    const onResult = (result: unknown): void => void heard.push(result)
    const follower = await followSession(redis, theirs, { afterSeq: 0, onResult, onMismatch, log: silentLog })
    const other = { tenantId: 'ours', sessionId: newId('sess') }
    const result = { kind: 'transcript_interim', itemId: 'item_1', text: 'Not yours.' } as const
    for (const [number, of] of [other, theirs].entries()) {
      const payload = encode([nameOf(of), result])
      const entry = ['previous', number, 'payload', payload, 'bytes', 0]
      await redis.commands.xadd(keys.log(theirs), `${number + 1}-0`, ...entry)
    }
    await follower.poll()
    follower.close()
    expect(heard).toEqual([result])
    const { sessionId } = theirs
    expect(told).toEqual([{ at: 'result', tenantId: 'ours', otherTenantId: 'theirs', sessionId }])
  })

  it('opens nothing as a client secret', async () => {
    const about = { issuer: null, type: 'realtime', model: null, patch: null, isSingleUse: false } as const
    const grant = { ...about, tenantId: 'theirs', maxSessionS: null, createdAtS: 0, expiresAtS: 60 }
    await keepSecret(redis, 'ek_theirs', grant)
    expect(await findSecret(redis, 'ours', 'ek_theirs', onMismatch)).toBeNull()
    expect(told).toEqual([])
    const [name = ''] = await server.keys('secret:*')
    await redis.commands.rename(name, name.replace('theirs', 'ours'))
    expect(await findSecret(redis, 'ours', 'ek_theirs', onMismatch)).toBeNull()
    expect(told).toEqual([{ at: 'secret', tenantId: 'theirs', otherTenantId: 'ours' }])
  })

  it('is neither found nor taken as a session', async () => {
    const { sessionId } = theirs
    expect(await findSession(redis, { tenantId: 'ours', sessionId }, onMismatch)).toBeNull()
    expect(told).toEqual([])
    await redis.commands.copy(sessionKeys(theirs).session, keys.session({ tenantId: 'ours', sessionId }))
    expect(await findSession(redis, { tenantId: 'ours', sessionId }, onMismatch)).toBeNull()
    expect(told).toEqual([{ at: 'session', tenantId: 'theirs', otherTenantId: 'ours', sessionId }])
    expect(await takeSession(redis, holdOptions({ tenantId: 'ours', sessionId }))).toBeNull()
  })
})
