import { type JobId, newId, silentLog, sleep, systemClock } from '@voicebox/kernel'
import { type Redis, type SynthesizeJob, consumeLane, enqueue, laneStats, openRedis } from '@voicebox/streams'
import { startRedis } from '@voicebox/streams/testing'

const lane = 'jobs:tts:stub'
const workers = 2
const jobMs = 100
/** More than there are jobs: as if tenants had no share of a lane. */
const everything = 1_000_000

/**
 * How long a job waits behind another tenant's two hundred, in times of one of these, and how many jobs a second go through a
 * lane, with and without tenants having their share of it.
 */
export async function measureLanes(): Promise<string> {
  const rows = [
    ['as many as its workers do', null],
    ['unlimited', everything],
  ] as const
  const lines: string[] = []
  for (const [name, maxShare] of rows) {
    const delays: number[] = []
    for (let round = 0; round < 5; round++) delays.push(await withRedis((redis) => delay(redis, maxShare)))
    const rate = await withRedis((redis) => throughput(redis, maxShare))
    const worst = Math.max(...delays).toFixed(2)
    lines.push(`| ${name} | ${worst} | ${rate.put.toFixed(0)} | ${rate.done.toFixed(0)} |`)
  }
  return [
    '| share of a tenant in the lane | longest wait behind 200 jobs of another, in jobs | jobs put a second | jobs done a second |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n')
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

async function throughput(redis: Redis, maxShare: number | null): Promise<{ put: number; done: number }> {
  const jobs = 10_000
  let done = 0
  const putFrom = performance.now()
  for (let at = 0; at < jobs; at += 1_000)
    await Promise.all(
      Array.from({ length: 1_000 }, () => enqueue(redis, lane, jobOf('only'), { maxWaiting: everything })),
    )
  const from = performance.now()
  const consumers = consume(redis, { maxShare, concurrency: 64 }, async () => void (done += 1))
  await until(async () => done >= jobs)
  const doneAt = performance.now()
  await Promise.all(consumers.map((consumer) => consumer.close()))
  return { put: (jobs / (from - putFrom)) * 1_000, done: (jobs / (doneAt - from)) * 1_000 }
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
