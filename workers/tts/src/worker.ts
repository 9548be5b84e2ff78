import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { makeResamplers } from '@voicebox/audio'
import { loadConfig } from '@voicebox/config'
import { Failure, aborted, systemClock, withScope } from '@voicebox/kernel'
import { consumeLane, openRedis, recordedTraceOf, type SynthesizeJob } from '@voicebox/streams'
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
  ttsMetrics,
  traceMetrics,
  tracingSettings,
  workerMetrics,
} from '@voicebox/telemetry'
import { chooseTtsEngine } from './choose-engine.ts'
import { engineSettings } from './engines/open-engine.ts'
import { openSpeakers } from './engines/speakers.ts'
import { segmentFailed, type SpeakOptions, speakSegment } from './speak-segment.ts'

/** The speech worker: it speaks the segments of its engine's lane. */
export const runTtsWorker: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, [
    ...engineSettings,
    'redisUrl',
    'ttsEngine',
    'workerConcurrency',
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
  const log = makeLog({ service: 'tts-worker', level: logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored.')

  await withScope(async (scope) => {
    const searchPath = env['PATH'] ?? ''
    const { engine, why } = await chooseTtsEngine(config, searchPath)
    const cores = availableParallelism()
    const speakers = scope.use(await openSpeakers(engine, config, { searchPath, tempDir: await tempDir(), cores }))
    const resamplers = scope.use(await makeResamplers())
    const name = makeProcessName('tts-worker')
    const table = { ...workerMetrics, ...ttsMetrics, ...traceMetrics }
    const { meters, ...metrics } = makeMetrics({ service: 'tts-worker', table, hasExemplars: recordsTraces(config) })
    const clock = systemClock
    const spans = await openSpans({ config, part: 'tts', instance: name, meters, clock, log })
    if (spans !== null) scope.use(spans)
    const redis = scope.use(await openRedis({ url: redisUrl, name, log, signal }))
    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      worker: () => (signal.aborted ? 'draining' : null),
    }
    scope.use(await serveHealth({ port: config.workerPort, host: config.host, checks, metrics, log }))
    const lane = `jobs:tts:${engine}` as const
    const meter = meterLane(meters, lane, log)
    const concurrency = config.workerConcurrency ?? (engine === 'stub' ? stubConcurrency : 2 * cores)
    const speaking = {
      speakers,
      resamplers,
      clock,
    }
    const tellerOf = (job: SynthesizeJob): Pick<SpeakOptions, 'onFirstAudio' | 'onSpoken'> => {
      const traceId = recordedTraceOf(job)
      return {
        onFirstAudio: (ms) => meters.firstAudioSeconds.observe(ms / 1_000, { engine }, traceId),
        onSpoken: (ms) => meters.synthesisSeconds.observe(ms / 1_000, { engine }, traceId),
      }
    }
    const consumer = consumeLane(redis, {
      lane,
      concurrency,
      maxShare: config.laneShare.tts,
      claimAfterMs,
      consumer: name,
      clock,
      log,
      repeatable: () => 'always', // audio made twice is known by its offset
      ...meter,
      onAttempt: (attempt) => spans?.record(attemptSpans(attempt, { ...synthesis, engine })),
      run: (job, context) => speakSegment({ ...speaking, ...tellerOf(job) }, job, context),
      failed: (job, failure) => [segmentFailed(job, failure)],
    })
    meter.follow(consumer, concurrency)
    scope.defer(() => consumer.close({ deadlineMs: drainMs }))
    log.info({ engine, why }, 'The speech worker serves.')
    ready({ kind: 'ready', summary: `speech: ${engine}. ${why}` })
    await aborted(signal)
  })
}

const synthesis = { name: 'synthesis', parts: [{ name: 'first audio', until: 'audio_generated' }] }

/** The stub waits instead of working. */
const stubConcurrency = 256

/** A folder in memory where there is one. */
async function tempDir(): Promise<string> {
  const inMemory = '/dev/shm'
  return access(inMemory, constants.W_OK).then(
    () => inMemory,
    () => tmpdir(),
  )
}
