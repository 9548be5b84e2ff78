import { type JobId, newId, silentLog, sleep, systemClock } from '@voicebox/kernel'
import {
  type Redis,
  type SynthesizeJob,
  consumeLane,
  enqueue,
  followSession,
  laneStats,
  openRedis,
} from '@voicebox/streams'
import { startRedis } from '@voicebox/streams/testing'
import type { Bench } from '../measure.ts'
import { type Cell, type Table, percentile } from '../table.ts'

const lane = 'jobs:tts:stub'
const workers = 2
const jobMs = 100
/** More than there are jobs: as if tenants had no share of a lane. */
const everything = 1_000_000

/**
 * How long a job takes through a lane, a worker and the session log back to a gateway, one at a time; how many jobs a second go
 * through; and how long one waits behind another tenant's two hundred, in times of one of these. With and without tenants having
 * their share of a lane.
 */
export async function measureLanes({ say }: Bench): Promise<readonly Table[]> {
  say('lanes: one job at a time, then as many as it goes')
  const hops = await withRedis(hopTimes)
  const rows = [
    ['as many as its workers do', null],
    ['unlimited', everything],
  ] as const
  const rowsOfShares: Cell[][] = []
  for (const [name, maxShare] of rows) {
    const delays: number[] = []
    for (let round = 0; round < 5; round++) delays.push(await withRedis((redis) => delay(redis, maxShare)))
    const rate = await withRedis((redis) => throughput(redis, maxShare))
    rowsOfShares.push([name, Math.max(...delays), rate.put, rate.done, rate.heard])
  }
  return [
    {
      title: 'One job at a time: put on a lane, done by a worker, its result heard from the session log',
      columns: ['', 'p50, ms', 'p99, ms', 'most, ms'],
      rows: [
        ['from the lane to the worker', ...spread(hops.toWorker)],
        ['all the way', ...spread(hops.back)],
      ],
      notes: ['Gateway and worker are one process here, with a Redis of their own beside it.'],
    },
    {
      title: 'Many jobs',
      columns: [
        'share of a tenant in the lane',
        'longest wait behind 200 jobs of another, in jobs',
        'put a second',
        'done a second',
        'heard a second',
      ],
      rows: rowsOfShares,
    },
  ]
}

const spread = (times: readonly number[]): Cell[] => [0.5, 0.99, 1].map((part) => percentile(times, part))

async function hopTimes(redis: Redis): Promise<{ toWorker: number[]; back: number[] }> {
  const sessionId = newId('sess')
  const times = { toWorker: [] as number[], back: [] as number[] }
  let [putMs, heard] = [0, 0]
  const consumers = consume(redis, { maxShare: null, concurrency: 64 }, async () => {
    times.toWorker.push(performance.now() - putMs)
  })
  const follower = await followSession(
    redis,
    { tenantId: 'only', sessionId },
    {
      afterSeq: 0,
      log: silentLog,
      onResult() {
        times.back.push(performance.now() - putMs)
        heard += 1
      },
    },
  )
  await until(async () => (await laneStats(redis, lane)).consumers === workers)
  for (let at = 0; at < 1_000; at += 1) {
    putMs = performance.now()
    await enqueue(redis, lane, { ...jobOf('only'), sessionId })
    while (heard <= at) await sleep(0)
  }
  follower.close()
  await Promise.all(consumers.map((consumer) => consumer.close()))
  return times
}

async function withRedis<T>(measure: (redis: Redis) => Promise<T>): Promise<T> {
  const server = await startRedis()
  const redis = await openRedis({ url: server.url, name: 'bench', log: silentLog, signal: AbortSignal.timeout(10_000) })
  try {
    return await measure(redis)
  } finally {
    await redis.close()
    await server.close()
  }
}

async function delay(redis: Redis, maxShare: number | null): Promise<number> {
  const begun = new Map<JobId, number>()
  const takenMs: number[] = [] // by each job, with all that it needs beside its work
  const consumers = consume(redis, { maxShare, concurrency: 1 }, async (job) => {
    begun.set(job.id, performance.now())
    await sleep(jobMs)
    takenMs.push(performance.now() - (begun.get(job.id) ?? 0))
  })
  await until(async () => (await laneStats(redis, lane)).consumers === workers)
  await Promise.all(Array.from({ length: 200 }, () => enqueue(redis, lane, jobOf('noisy'))))
  await until(async () => takenMs.length >= 2 * workers)
  const quiet = jobOf('quiet')
  const askedAt = performance.now()
  await enqueue(redis, lane, quiet)
  await until(async () => begun.has(quiet.id))
  const waitedMs = (begun.get(quiet.id) ?? 0) - askedAt
  await Promise.all(consumers.map((consumer) => consumer.close()))
  return waitedMs / Math.max(...takenMs)
}

async function throughput(
  redis: Redis,
  maxShare: number | null,
): Promise<{ put: number; done: number; heard: number }> {
  const jobs = 10_000
  let [done, heard] = [0, 0]
  const sessionIds = Array.from({ length: 20 }, () => newId('sess'))
  const followers = await Promise.all(
    sessionIds.map((sessionId) =>
      followSession(
        redis,
        { tenantId: 'only', sessionId },
        { afterSeq: 0, log: silentLog, onResult: () => void (heard += 1) },
      ),
    ),
  )
  const putFrom = performance.now()
  for (let at = 0; at < jobs; at += 1_000)
    await Promise.all(
      Array.from({ length: 1_000 }, (_, place) => {
        const sessionId = sessionIds[place % sessionIds.length] ?? newId('sess')
        return enqueue(redis, lane, { ...jobOf('only'), sessionId }, { maxWaiting: everything })
      }),
    )
  const from = performance.now()
  const consumers = consume(redis, { maxShare, concurrency: 64 }, async () => void (done += 1))
  await until(async () => done >= jobs)
  const doneAt = performance.now()
  await until(async () => heard >= jobs)
  const heardAt = performance.now()
  for (const follower of followers) follower.close()
  await Promise.all(consumers.map((consumer) => consumer.close()))
  const rate = (fromMs: number, toMs: number): number => (jobs / (toMs - fromMs)) * 1_000
  return { put: rate(putFrom, from), done: rate(from, doneAt), heard: rate(from, heardAt) }
}

function consume(
  redis: Redis,
  about: { maxShare: number | null; concurrency: number },
  run: (job: SynthesizeJob) => Promise<void>,
): ReturnType<typeof consumeLane>[] {
  return Array.from({ length: workers }, (_, at) =>
    consumeLane(redis, {
      ...about,
      lane,
      consumer: `worker ${at}`,
      claimAfterMs: 60_000,
      clock: systemClock,
      log: silentLog,
      failed: () => [],
      async run(job, context) {
        await run(job)
        await context.emit({ kind: 'segment_spoken', responseId: job.responseId, segment: job.segment, samples: 1 })
      },
    }),
  )
}

function jobOf(tenantId: string): SynthesizeJob {
  const text = 'It is twenty past nine, and the sun is about to come out behind the clouds.'
  const about = { sessionId: newId('sess'), tenantId, deadlineMs: 600_000, traceId: 'trace', responseId: newId('resp') }
  return { kind: 'synthesize', id: newId('job'), ...about, segment: 0, text, voice: 'alloy', speed: 1 }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(1)
}
