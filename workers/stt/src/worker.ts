import { loadConfig } from '@voicebox/config'
import { sttEngines } from '@voicebox/engines'
import { Failure, aborted, systemClock, withScope } from '@voicebox/kernel'
import { consumeLane, openRedis } from '@voicebox/streams'
import { type RunApp, makeLog, makeProcessName } from '@voicebox/telemetry'
import { chooseSttEngine } from './choose-engine.ts'
import { doJob, jobFailed } from './job.ts'
import { openEngine } from './open-engine.ts'

/** How long recognitions under way may take to end when the worker leaves. */
const drainMs = 5_000

/** The recognition worker: it does the jobs of one engine's lane. */
export const runSttWorker: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, [
    'redisUrl',
    'sttEngine',
    'modelsDir',
    'whisperModel',
    'whisperDtype',
    'device',
    'stub',
    'workerConcurrency',
    'claimAfterMs',
    'logLevel',
  ])
  const { redisUrl, claimAfterMs, logLevel } = config
  if (redisUrl === undefined) throw new Failure('client', 'invalid_configuration', 'REDIS_URL: required by a worker')
  const log = makeLog({ service: 'stt-worker', level: logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored')

  await withScope(async (scope) => {
    const name = makeProcessName('stt-worker')
    const redis = scope.use(await openRedis({ url: redisUrl, name, log, signal }))
    const chosen = chooseSttEngine(config)
    const { recognizer, concurrency, about } = await openEngine(chosen.name, config, env['PATH'])
    scope.use(recognizer)
    const { interims } = sttEngines[chosen.name]
    const parts = { redis, recognizer, interims, clock: systemClock, log }
    const consumer = consumeLane(redis, {
      lane: `jobs:stt:${chosen.name}`,
      concurrency,
      claimAfterMs,
      consumer: name,
      clock: systemClock,
      log,
      run: (job, context) => doJob(parts, job, context),
      failed: (job, failure) => [jobFailed(job, failure)],
    })
    scope.defer(() => consumer.close({ deadlineMs: drainMs }))
    ready({ kind: 'ready', summary: `speech to text: ${about}. ${chosen.why}` })
    await aborted(signal)
  })
}
