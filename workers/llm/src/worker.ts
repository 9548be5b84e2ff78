import { type LlmProvider, loadConfig } from '@voicebox/config'
import { Failure, aborted, systemClock, withScope } from '@voicebox/kernel'
import { parseAllowList } from '@voicebox/outbound'
import { type Lane, consumeLane, openRedis } from '@voicebox/streams'
import {
  type RunApp,
  attemptSpans,
  llmMetrics,
  makeLog,
  makeMetrics,
  makeProcessName,
  meterLane,
  openSpans,
  recordsTraces,
  serveHealth,
  traceMetrics,
  tracingSettings,
  workerMetrics,
} from '@voicebox/telemetry'
import { answer, generationFailed, readRequest } from './answer.ts'
import { doMcpJob, mcpJobFailed } from './mcp/mcp-job.ts'
import { openOwnKeys } from './own-keys.ts'
import { makePool } from './pool.ts'
import { openProvider } from './providers/open-provider.ts'

/** A generation waits for its provider most of the time, so that one worker has many. */
const usualConcurrency = 64
/** What an MCP server sends is held in memory, so that these are fewer. */
const mcpConcurrency = 32

/** The language worker: it does the jobs of its pool's lane by the configured providers, or by echo without any; and asks MCP servers. */
export const runLlmWorker: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, [
    'redisUrl',
    'databaseUrl',
    'encryptionKey',
    'llmProviders',
    'llmPool',
    'workerConcurrency',
    'claimAfterMs',
    'laneDepth',
    'laneShare',
    'drainMs',
    'host',
    'workerPort',
    'mcpAllow',
    'mcpListTimeoutMs',
    'mcpCallTimeoutMs',
    'logLevel',
    ...tracingSettings,
  ])
  const {
    redisUrl,
    llmProviders,
    llmPool,
    workerConcurrency = usualConcurrency,
    claimAfterMs,
    drainMs,
    logLevel,
  } = config
  if (redisUrl === undefined) throw new Failure('client', 'invalid_configuration', 'REDIS_URL: required by a worker')
  const allow = parseAllowList(config.mcpAllow)
  const log = makeLog({ service: 'llm-worker', level: logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored.')

  await withScope(async (scope) => {
    const name = makeProcessName('llm-worker')
    const table = { ...workerMetrics, ...llmMetrics, ...traceMetrics }
    const { meters, ...metrics } = makeMetrics({ service: 'llm-worker', table, hasExemplars: recordsTraces(config) })
    const clock = systemClock
    const spans = await openSpans({ config, part: 'llm', instance: name, meters, clock, log })
    if (spans !== null) scope.use(spans)
    const redis = scope.use(await openRedis({ url: redisUrl, name, log, signal }))
    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      worker: () => (signal.aborted ? 'draining' : null),
    }
    scope.use(await serveHealth({ port: config.workerPort, host: config.host, checks, metrics, log }))
    const providers = llmProviders ?? [{ type: 'echo' as const, name: 'echo' }]
    const onCircuit = (provider: string, state: number): void => meters.circuitState.set(state, { provider })
    const pool = scope.use(makePool(providers.map(openProvider), log, onCircuit))
    const { databaseUrl, encryptionKey: encryptionKeys } = config
    const ownKeys = scope.use(await openOwnKeys({ databaseUrl, encryptionKeys, name, redis, clock, log }))
    const common = { claimAfterMs, consumer: name, clock, log }
    const answering = {
      redis,
      pool,
      ownKeysOf: ownKeys.of,
      maxWaiting: config.laneDepth,
      onRefused: (lane: Lane) => meterLane(meters, lane, log).onOutcome('refused'),
      onFirstToken: (provider: string, ms: number, traceId?: string) =>
        meters.firstTokenSeconds.observe(ms / 1_000, { provider }, traceId),
      onGenerated: (provider: string, ms: number, traceId?: string) =>
        meters.generationSeconds.observe(ms / 1_000, { provider }, traceId),
      clock,
      log,
    }
    const languageLane = `jobs:llm:${llmPool}` as const
    const language = meterLane(meters, languageLane, log)
    const generating = consumeLane(redis, {
      ...common,
      lane: languageLane,
      maxShare: config.laneShare.llm,
      concurrency: workerConcurrency,
      ...language,
      onAttempt: (attempt) => spans?.record(attemptSpans(attempt, { ...generation, engine: pool.name })),
      prepare: (job) => readRequest(redis, job),
      run: (job, context, request) => answer(answering, job, context, request),
      failed: (job, failure) => [generationFailed(job, failure)],
    })
    const { mcpListTimeoutMs: listTimeoutMs, mcpCallTimeoutMs: callTimeoutMs } = config
    const toolLane = `jobs:mcp:${llmPool}` as const
    const tools = meterLane(meters, toolLane, log)
    const asking = consumeLane(redis, {
      ...common,
      lane: toolLane,
      maxShare: config.laneShare.mcp,
      concurrency: mcpConcurrency,
      repeatable: ({ kind }) => (kind === 'call_tool' ? 'never' : 'before_output'),
      ...tools,
      onAttempt: (attempt) => spans?.record(attemptSpans(attempt, { name: 'tool call', engine: 'mcp' })),
      run: (job, context) => doMcpJob({ allow, listTimeoutMs, callTimeoutMs, clock, log }, job, context),
      failed: (job, failure) => [mcpJobFailed(job, failure)],
    })
    language.follow(generating, workerConcurrency)
    tools.follow(asking, mcpConcurrency)
    scope.defer(async () => {
      await Promise.all([generating, asking].map((lane) => lane.close({ deadlineMs: drainMs })))
    })
    ready({ kind: 'ready', summary: summaryOf(llmProviders) })
    await aborted(signal)
  })
}

const generation = {
  name: 'generation',
  parts: [
    { name: 'first token', until: 'text_generated' },
    { name: 'first segment', from: 'text_generated', until: 'segment_planned' },
  ],
}

function summaryOf(providers: readonly LlmProvider[] | undefined): string {
  if (providers === undefined)
    return 'language: echo, which repeats what it heard (VOICEBOX_LLM_PROVIDERS names no provider)'
  const names = providers.map((provider) =>
    'model' in provider ? `${provider.name} (${provider.model})` : provider.name,
  )
  return `language: ${names.join(', then ')}`
}
