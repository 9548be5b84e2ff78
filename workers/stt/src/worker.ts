import { loadConfig } from '@voicebox/config'
import { sttEngines } from '@voicebox/engines'
import { Failure, aborted, systemClock, withScope } from '@voicebox/kernel'
import { consumeLane, openRedis } from '@voicebox/streams'
import {
  type RunApp,
  attemptSpans,
  makeLog,
  makeMetrics,
  makeProcessName,
  meterLane,
  openSpans,
  recordsTraces,
  serveHealth,
  sttMetrics,
  traceMetrics,
  tracingSettings,
  workerMetrics,
} from '@voicebox/telemetry'
import { chooseSttEngine } from './choose-engine.ts'
import { doJob, jobFailed, repeatable } from './job.ts'
import { engineSettings, openEngine } from './open-engine.ts'

/** The recognition worker: it does the jobs of one engine's lane. */
export const runSttWorker: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, [
    'redisUrl',
    'sttEngine',
    ...engineSettings,
    'laneShare',
    'claimAfterMs',
    'drainMs',
    'host',
    'workerPort',
    'logLevel',
    ...tracingSettings,
  ])
  const { redisUrl, claimAfterMs, drainMs, logLevel } = config
  if (redisUrl === undefined) throw new Failure('client', 'invalid_configuration', 'REDIS_URL: required by a worker')
  const log = makeLog({ service: 'stt-worker', level: logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored')

  await withScope(async (scope) => {
    const name = makeProcessName('stt-worker')
    const table = { ...workerMetrics, ...sttMetrics, ...traceMetrics }
    const { meters, ...metrics } = makeMetrics({ service: 'stt-worker', table, hasExemplars: recordsTraces(config) })
    const clock = systemClock
    const spans = await openSpans({ config, part: 'stt', instance: name, meters, clock, log })
    if (spans !== null) scope.use(spans)
    const redis = scope.use(await openRedis({ url: redisUrl, name, log, signal }))
    let isServing = false
    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      worker: () => (signal.aborted ? 'draining' : isServing ? null : 'starting'),
    }
    scope.use(await serveHealth({ port: config.workerPort, host: config.host, checks, metrics, log }))
    const chosen = chooseSttEngine(config)
    const { recognizer, concurrency, about } = await openEngine(chosen.name, config, env['PATH'])
    scope.use(recognizer)
    const { interims } = sttEngines[chosen.name]
    const engine = chosen.name
    const onTranscribed = (ms: number, traceId?: string): void =>
      meters.transcriptionSeconds.observe(ms / 1_000, { engine }, traceId)
    const parts = { redis, recognizer, interims, onTranscribed, clock, log }
    const lane = `jobs:stt:${engine}` as const
    const meter = meterLane(meters, lane, log)
    const consumer = consumeLane(redis, {
      lane,
      concurrency,
      maxShare: config.laneShare.stt,
      claimAfterMs,
      consumer: name,
      clock,
      log,
      repeatable,
      ...meter,
      onAttempt: (attempt) => spans?.record(attemptSpans(attempt, { name: 'recognition', engine })),
      run: (job, context) => doJob(parts, job, context),
      failed: (job, failure) => [jobFailed(job, failure)],
    })
    meter.follow(consumer, concurrency)
    scope.defer(() => consumer.close({ deadlineMs: drainMs }))
    isServing = true
    ready({ kind: 'ready', summary: `speech to text: ${about}. ${chosen.why}` })
    await aborted(signal)
  })
}
