import { makeResamplers, openVoiceActivity, type VoiceActivity } from '@voicebox/audio'
import { loadConfig, type Settings } from '@voicebox/config'
import { aborted, Failure, systemClock, withScope } from '@voicebox/kernel'
import { betaDialect } from '@voicebox/protocol'
import { openRedis } from '@voicebox/streams'
import { makeLog, makeProcessName, type RunApp } from '@voicebox/telemetry'
import { makeSingleKeyAuthentication } from './authenticate.ts'
import { makeHandshake } from './handshake.ts'
import { makeHttp } from './http.ts'
import { makeCatalogue } from './models.ts'
import { makeSecrets } from './secrets.ts'
import { driveSession } from './session/drive.ts'
import { makeBudgets } from './session/limits.ts'
import { makeServerGuard } from './session/mcp-servers.ts'
import { makeWork } from './session/work.ts'
import { type ListenOptions, loadTransport } from './transport/index.ts'

const keys = [
  'host',
  'port',
  'tlsPort',
  'tlsCertFile',
  'tlsKeyFile',
  'apiKey',
  'redisUrl',
  'transport',
  'sttEngine',
  'ttsEngine',
  'models',
  'prompts',
  'mcpAllow',
  'contextTokens',
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
  'logLevel',
] as const satisfies (keyof Settings)[]

/** 15 MiB of audio, as OpenAI allows, are 20 MiB of base64; a little more can still be refused by an `error`, all else closes. */
const maxFrameBytes = 21 << 20

const pingIntervalMs = 20_000
/** Streams of sockets that closed a moment ago and have not been freed yet. */
const spareStreams = 64

/** Runs a gateway until the signal: sockets in, jobs out. It keeps nothing that another gateway could not be given. */
export const runGateway: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, keys)
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
  let open = 0
  let isDraining = false

  await withScope(async (scope) => {
    const redis = scope.use(await openRedis({ url: redisUrl, name: makeProcessName('gateway'), log, signal }))
    const voiceActivity = scope.use(await openVoiceActivity({ maxStreams: config.maxConnections + spareStreams }))
    const resamplers = scope.use(await makeResamplers({ maxInstances: config.maxConnections }))
    const closing = new Set<Promise<void>>()
    scope.defer(async () => void (await Promise.allSettled(closing)))
    const { transport, why } = await loadTransport(config.transport)
    log.info({ transport: transport.name, why }, 'Transport chosen')

    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      gateway: () => (isDraining ? 'draining' : null),
      voiceActivity: () => (isBehind(voiceActivity) ? 'does not keep up with the audio' : null),
    }
    const { requestsPerMinute: requests, tokensPerMinute: tokens, windowMs } = config.rateLimits
    const openBudget = makeBudgets({ redis, limits: { requests, tokens, windowMs }, log })
    const openWork = makeWork({ redis, clock: systemClock, log, openBudget, jobDeadlineMs: config.jobDeadlineMs })
    const secrets = makeSecrets(redis)
    const authenticate = makeSingleKeyAuthentication(config.apiKey, secrets)
    const prompts = config.prompts ?? {}
    const refuseServers = makeServerGuard(config.mcpAllow)
    const options: Omit<ListenOptions, 'port'> = {
      host: config.host,
      maxFrameBytes,
      maxSendBufferBytes: config.maxSendBufferBytes,
      pingIntervalMs,
      log,
      fetch: makeHttp({
        checks,
        authenticate,
        secrets,
        catalogue,
        prompts,
        refuseServers,
        corsOrigins: config.corsOrigins ?? null,
        clock: systemClock,
        log,
      }).fetch,
      accept: makeHandshake({
        authenticate,
        catalogue,
        betaDialect: config.dialect === 'compat' ? betaDialect : null,
        sessionMaxS: config.sessionMaxS,
        errors: config.handshakeErrors,
        unavailable() {
          if (open >= config.maxConnections) return 'This gateway has as many connections as it may have.'
          const failing = Object.entries(checks).find(([, check]) => check() !== null)
          return failing === undefined ? null : `The service is not available at the moment (${failing[0]}).`
        },
        open(socket, welcome) {
          open += 1
          const handlers = driveSession(socket, welcome, {
            voiceActivity,
            resamplers,
            openWork,
            clock: systemClock,
            log,
            prompts,
            announcesConversation: config.conversationCreated,
            refuseServers,
            limits: {
              inputBufferMs: config.maxInputBufferMs,
              workTimeoutMs: config.workTimeoutMs,
              keptAudioMs: config.keptAudioMs,
            },
            onLeaving(left) {
              closing.add(left)
              void left.finally(() => closing.delete(left))
            },
          })
          return {
            ...handlers,
            onClose(code, reason) {
              open -= 1
              handlers.onClose(code, reason)
            },
          }
        },
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
