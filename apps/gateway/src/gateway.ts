import { makeResamplers, openVoiceActivity, type VoiceActivity } from '@voicebox/audio'
import { loadConfig, type Settings, settings } from '@voicebox/config'
import { aborted, Failure, systemClock, withScope } from '@voicebox/kernel'
import { betaDialect } from '@voicebox/protocol'
import { openStore } from '@voicebox/store'
import { countHistory, findSession, openChores, openRedis, tellSessionEnded } from '@voicebox/streams'
import {
  gatewayMetrics,
  jobMetrics,
  keyMetrics,
  usageMetrics,
  makeLog,
  makeMetrics,
  mismatchTeller,
  makeProcessName,
  openSpans,
  recordsTraces,
  type RunApp,
  traceMetrics,
  tracingSettings,
  tenantMetrics,
} from '@voicebox/telemetry'
import { makeAdmission } from './admission.ts'
import { makeFleet, tellWhoServes } from './fleet.ts'
import { makeHandshake } from './handshake.ts'
import { watchHistoryRoom } from './history-room.ts'
import { makeHttp } from './http.ts'
import { openAdmin } from './admin/open-admin.ts'
import { openKeys } from './keys/open-keys.ts'
import { makeCatalogue } from './models.ts'
import { watchQuotas } from './quota-watch.ts'
import { makeSecrets } from './secrets.ts'
import { services, watchServices } from './services.ts'
import { makeAudioQuotas } from './session/audio-quota.ts'
import { makeBudgets } from './session/limits.ts'
import { makeServerGuard } from './session/mcp-servers.ts'
import { makeRecall } from './session/recall.ts'
import { openSession } from './session/open-session.ts'
import { type ResumeOptions, resumeSession } from './session/resume-session.ts'
import { makeWork } from './session/work.ts'
import { countByTenant, labelTenants } from './tenant-labels.ts'
import { openTerms } from './terms/open-terms.ts'
import { type ListenOptions, loadTransport, type SocketHandlers } from './transport/index.ts'

const settingKeys = [
  'host',
  'port',
  'tlsPort',
  'tlsCertFile',
  'tlsKeyFile',
  'apiKey',
  'redisUrl',
  'databaseUrl',
  'keyStaleMs',
  'encryptionKey',
  'transport',
  'sttEngine',
  'ttsEngine',
  'models',
  'prompts',
  'mcpAllow',
  'contextTokens',
  'apology',
  'dialect',
  'handshakeErrors',
  'corsOrigins',
  'rateLimits',
  'sessionMaxS',
  'conversationCreated',
  'keptAudioMs',
  'jobDeadlineMs',
  'workTimeoutMs',
  'maxConnections',
  'maxSendBufferBytes',
  'maxInputBufferMs',
  'sessionTtlMs',
  'heartbeatMs',
  'holdMs',
  'eventsPerSecond',
  'historyBytes',
  'historySessions',
  'laneDepth',
  'drainMs',
  'metricsTenants',
  'logLevel',
  ...tracingSettings,
] as const satisfies (keyof Settings)[]

/** 15 MiB of audio, as OpenAI allows, are 20 MiB of base64; a little more can still be refused by an `error`, all else closes. */
const maxFrameBytes = 21 << 20

const pingIntervalMs = 20_000
/** Streams of sockets that closed a moment ago and have not been freed yet. */
const spareStreams = 64

/** Runs a gateway until the signal: sockets in, jobs out. It keeps nothing that another gateway could not be given. */
export const runGateway: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, settingKeys)
  const redisUrl = required(config.redisUrl, 'REDIS_URL')
  const catalogue = makeCatalogue(config.models, {
    stt: required(config.sttEngine, 'VOICEBOX_STT_ENGINE'),
    llm: 'default',
    tts: required(config.ttsEngine, 'VOICEBOX_TTS_ENGINE'),
    voice: 'alloy',
    contextTokens: config.contextTokens,
  })
  const tls = tlsOf(config)
  const log = makeLog({ service: 'gateway', level: config.logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored')
  let isDraining = false
  let open = 0
  const table = { ...gatewayMetrics, ...usageMetrics, ...jobMetrics, ...keyMetrics, ...tenantMetrics, ...traceMetrics }
  const metrics = makeMetrics({ service: 'gateway', table, hasExemplars: recordsTraces(config) })
  const { meters } = metrics

  await withScope(async (scope) => {
    const holder = makeProcessName('gateway')
    const spans = await openSpans({ config, part: 'gateway', instance: holder, meters, clock: systemClock, log })
    if (spans !== null) scope.use(spans)
    const redis = scope.use(await openRedis({ url: redisUrl, name: holder, log, signal }))
    const voiceActivity = scope.use(await openVoiceActivity({ maxStreams: config.maxConnections + spareStreams }))
    const resamplers = scope.use(await makeResamplers({ maxInstances: config.maxConnections }))
    const fleet = makeFleet(systemClock)
    scope.defer(() => fleet.gone())
    scope.use(redis.watch({ onAway: () => fleet.storage(true), onBack: () => fleet.storage(false) }))
    const served = scope.use(
      watchServices({
        redis,
        pipelines: catalogue.pipelines,
        onChange: () => fleet.served(served),
        clock: systemClock,
        log,
      }),
    )
    const { transport, why } = await loadTransport(config.transport)
    log.info({ transport: transport.name, why }, 'Transport chosen')

    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      gateway: () => (isDraining ? 'draining' : null),
      voiceActivity: () => (isBehind(voiceActivity) ? 'does not keep up with the audio' : null),
    }
    meters.connectionsOpen.follow(() => open)
    meters.sessionsOpen.follow(() => fleet.size)
    meters.slowReaders.follow(() => fleet.slow)
    meters.redisAvailable.follow(() => redis.isReady())
    meters.draining.follow(() => isDraining)
    for (const service of services)
      meters.serviceAvailable.follow(() => catalogue.pipelines.every((one) => served.isServed(service, one)), {
        service,
      })

    const { databaseUrl, rateLimits } = config
    const store = databaseUrl === undefined ? null : scope.use(openStore({ url: databaseUrl, name: holder, log }))
    const terms = scope.use(await openTerms({ store, rateLimits, redis, clock: systemClock, log }))
    const termsOf = terms.of
    // Without a database nobody has webhooks to be told by.
    const chores = store === null ? null : scope.use(openChores(redis, { log }))
    const onReached = chores === null ? () => {} : watchQuotas({ redis, chores, log })
    const openBudget = makeBudgets({
      redis,
      limitsOf: termsOf,
      onReached,
      onRefused: (limit) => meters.quotaRefusals.add(1, { limit }),
    })
    const { jobDeadlineMs, laneDepth } = config
    const onMismatch = mismatchTeller(log, meters)
    const secrets = makeSecrets(redis, onMismatch)
    // A default that everybody knows must not open an installation that has keys of its own.
    const hasOwnKey = store === null || Boolean(env[settings.apiKey.env])
    const keys = scope.use(
      await openKeys({
        store,
        ownKey: hasOwnKey ? config.apiKey : null,
        staleMs: config.keyStaleMs,
        redis,
        secrets,
        clock: systemClock,
        log,
        meters,
      }),
    )
    const { authenticate } = keys
    const tenantLabel = labelTenants(config.metricsTenants)
    const countSessions = countByTenant(meters.tenantSessionsOpen, tenantLabel)
    const historyRoom = scope.use(
      watchHistoryRoom({
        count: () => countHistory(redis),
        maxSessions: store === null ? null : config.historySessions,
        clock: systemClock,
        log,
      }),
    )
    const prompts = config.prompts ?? {}
    const refuseServers = makeServerGuard(config.mcpAllow)
    const sessions: ResumeOptions = {
      redis,
      holder,
      catalogue,
      sessionTtlMs: config.sessionTtlMs,
      onEnded: (session) => (chores === null ? undefined : tellSessionEnded(chores, session, log)),
      heartbeatMs: config.heartbeatMs,
      holdMs: config.holdMs,
      eventsPerSecond: config.eventsPerSecond,
      maxUnwrittenBytes: store === null ? null : config.historyBytes,
      maxSendBufferBytes: config.maxSendBufferBytes,
      voiceActivity,
      resamplers,
      openAudioQuota: makeAudioQuotas({ redis, limitsOf: termsOf, onReached, log }),
      openWork: makeWork({
        redis,
        log,
        openBudget,
        jobDeadlineMs,
        maxWaiting: laneDepth,
        onRefused: (lane) => meters.jobs.add(1, { lane, outcome: 'refused' }),
        onMismatch,
        recall: makeRecall({ redis, store }),
      }),
      clock: systemClock,
      log,
      meters,
      spans,
      tenantLabel,
      prompts,
      announcesConversation: config.conversationCreated,
      refuseServers,
      limits: {
        inputBufferMs: config.maxInputBufferMs,
        workTimeoutMs: config.workTimeoutMs,
        keptAudioMs: config.keptAudioMs,
        apology: config.apology,
        keepsHistory: store !== null,
      },
      onDriving(driver) {
        fleet.add(driver)
        countSessions(driver.tenantId, 1)
        keys.add(driver)
        terms.add(driver)
        tellWhoServes(driver, served)
      },
      onLeaving(driver, left) {
        terms.remove(driver)
        keys.remove(driver)
        countSessions(driver.tenantId, -1)
        fleet.remove(driver, left)
      },
    }
    /** Counts a connection for as long as it lasts. */
    const counted = (handlers: SocketHandlers): SocketHandlers => {
      open += 1
      return {
        ...handlers,
        onClose(code, reason) {
          open -= 1
          handlers.onClose(code, reason)
        },
      }
    }
    const options: Omit<ListenOptions, 'port'> = {
      host: config.host,
      maxFrameBytes,
      maxSendBufferBytes: config.maxSendBufferBytes,
      pingIntervalMs,
      log,
      fetch: makeHttp({
        checks,
        admin: openAdmin({
          store,
          redis,
          chores,
          authenticate,
          encryptionKeys: config.encryptionKey,
          rateLimits,
          name: holder,
          clock: systemClock,
          log,
        }),
        degraded: () => [...served.unserved.map((lane) => `nobody serves ${lane}`), keys.problem() ?? []].flat(),
        metrics,
        onRequest: (route, status) => meters.requests.add(1, { route, status: String(status) }),
        authenticate,
        secrets,
        catalogue,
        termsOf,
        prompts,
        refuseServers,
        corsOrigins: config.corsOrigins ?? null,
        clock: systemClock,
        log,
      }).fetch,
      accept: makeHandshake({
        authenticate,
        isValid: keys.isValid,
        catalogue,
        betaDialect: config.dialect === 'compat' ? betaDialect : null,
        sessionMaxS: config.sessionMaxS,
        errors: config.handshakeErrors,
        unavailable() {
          if (open >= config.maxConnections) return 'This gateway has as many connections as it may have.'
          if (!historyRoom.hasRoom) return 'The history of too many sessions waits to be written down.'
          const failing = Object.entries(checks).find(([, check]) => check() !== null)
          return failing === undefined ? null : `The service is not available at the moment (${failing[0]}).`
        },
        termsOf,
        admission: makeAdmission({
          redis,
          limitsOf: termsOf,
          onReached,
          sessionTtlMs: config.sessionTtlMs,
          onRefused: () => meters.quotaRefusals.add(1, { limit: 'sessions' }),
        }),
        open: (socket, welcome, id) => counted(openSession(socket, welcome, sessions, id)),
        findSession: (session) => findSession(redis, session, onMismatch),
        resume: (socket, resumption) => counted(resumeSession(socket, resumption, sessions)),
      }),
    }

    const urls: string[] = []
    const plain = scope.use(await transport.listen({ ...options, port: config.port }))
    urls.push(`ws://${hostInUrl(config.host)}:${plain.port}/v1/realtime`)
    if (tls !== null) {
      const secure = scope.use(await transport.listen({ ...options, port: config.tlsPort, tls }))
      urls.push(`wss://${hostInUrl(config.host)}:${secure.port}/v1/realtime`)
    }
    ready({ kind: 'ready', summary: `${transport.name}: ${why}`, urls })
    await aborted(signal)
    isDraining = true
    log.info({ sessions: fleet.size }, 'Draining')
    await fleet.drain(config.drainMs)
  })
}

/** Whether most sessions wait for their audio to be heard; one that uploads a recording at once does not count. */
function isBehind({ streams, laggingBy }: VoiceActivity): boolean {
  return streams >= 10 && laggingBy(1_000) * 2 > streams
}

function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value
  throw new Failure(
    'client',
    'invalid_configuration',
    `Configuration is invalid:\n  ${name}: expected a value, got none`,
  )
}

function tlsOf({
  tlsCertFile,
  tlsKeyFile,
}: Pick<Settings, 'tlsCertFile' | 'tlsKeyFile'>): { certFile: string; keyFile: string } | null {
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return null
  return { certFile: required(tlsCertFile, 'VOICEBOX_TLS_CERT'), keyFile: required(tlsKeyFile, 'VOICEBOX_TLS_KEY') }
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
