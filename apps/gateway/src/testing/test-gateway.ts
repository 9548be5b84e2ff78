import type { Resamplers, VoiceActivity } from '@voicebox/audio'
import { type Log, newId, type SessionId, systemClock } from '@voicebox/kernel'
import { gaDialect } from '@voicebox/protocol'
import type { Store } from '@voicebox/store'
import type { Redis } from '@voicebox/streams'
import { gatewayMetrics, makeMetrics, mismatchTeller, tenantMetrics, usageMetrics } from '@voicebox/telemetry'
import { type Fleet, makeFleet, tellWhoServes } from '../fleet.ts'
import type { Resumption, Welcome } from '../handshake.ts'
import { makeCatalogue, type Pipeline } from '../models.ts'
import type { Services } from '../services.ts'
import { makeAudioQuotas } from '../session/audio-quota.ts'
import { makeBudgets } from '../session/limits.ts'
import type { Driver } from '../session/driver.ts'
import { makeServerGuard } from '../session/mcp-servers.ts'
import { makeRecall } from '../session/recall.ts'
import { openSession } from '../session/open-session.ts'
import { type ResumeOptions, resumeSession } from '../session/resume-session.ts'
import { makeWork } from '../session/work.ts'
import type { TenantTerms } from '../terms/tenant-terms.ts'
import type { Socket, SocketHandlers } from '../transport/index.ts'
import { type Life, makeLife } from './life.ts'
import { type Line, openLine } from './line.ts'
import { type MortalClock, mortalClock, mortalEars, mortalRedis } from './mortal.ts'
import { unlimited } from './unlimited.ts'

/** A gateway in this process, without a way in: sessions are opened and resumed as its handshake would. */
export interface TestGateway {
  readonly life: Life
  readonly fleet: Fleet
  readonly clock: MortalClock
  /** What it wrote to the log as an error: a bug. */
  readonly errors: readonly unknown[]
  /** The messages of all that it wrote to the log. */
  readonly said: readonly string[]
  readonly drivers: readonly Driver[]
  /** Whether its commands fail. */
  isAway: boolean
  open(welcome?: Partial<Welcome>): Line
  resume(resumption: Pick<Resumption, 'sessionId'> & Partial<Resumption>): Line
  /** Opens a session, or goes on with one, on a socket of any kind. */
  attach(socket: Socket, sessionId: SessionId | null): SocketHandlers
}

export interface GatewayOptions {
  redis: Redis
  voiceActivity: VoiceActivity
  resamplers: Resamplers
  life?: Life
  settings?: Partial<
    Pick<
      ResumeOptions,
      | 'heartbeatMs'
      | 'holdMs'
      | 'maxUnwrittenBytes'
      | 'eventsPerSecond'
      | 'maxSendBufferBytes'
      | 'sessionTtlMs'
      | 'limits'
      | 'catalogue'
      | 'clock'
    >
  >
  terms?: Partial<TenantTerms>
  /** What the socket itself may hold. */
  maxSendBufferBytes?: number
  served?: Pick<Services, 'isServed'>
  jobDeadlineMs?: number
  /** Where history is read; absent: nowhere. */
  store?: Store
}

export const tenantId = 'tenant'

const pipeline: Pipeline = { stt: 'stub', llm: 'default', tts: 'stub', voice: 'alloy', contextTokens: 32_000 }
/** `gpt-live` hears words while they are spoken. */
export const catalogue = makeCatalogue({ 'gpt-live': { stt: 'pocketsphinx' } }, pipeline)
/** What all of them have counted. */
export const metrics = makeMetrics({
  service: 'gateway',
  table: { ...gatewayMetrics, ...usageMetrics, ...tenantMetrics },
})
const { meters } = metrics

export function openGateway(options: GatewayOptions): TestGateway {
  const { life = makeLife(), settings = {}, served = { isServed: () => true } } = options
  const clock = mortalClock(settings.clock ?? systemClock, life)
  const errors: unknown[] = []
  const said: string[] = []
  const tell: Log['warn'] = (_, message) => void said.push(message)
  const log: Log = {
    debug: tell,
    info: tell,
    warn: tell,
    error(about, message) {
      said.push(message)
      if (!life.isOver) errors.push({ message, about })
    },
  }
  const drivers: Driver[] = []
  const fleet = makeFleet(clock)
  const redis = mortalRedis(options.redis, life, () => gateway.isAway)
  const terms = { ...unlimited, ...options.terms }
  const limitsOf = (): TenantTerms => terms
  const openBudget = makeBudgets({ redis, limitsOf, onRefused: () => {} })
  const sessions: ResumeOptions = {
    redis,
    holder: newId('job'),
    catalogue,
    sessionTtlMs: 30_000,
    onEnded: () => {},
    heartbeatMs: 10_000,
    holdMs: 20_000,
    eventsPerSecond: 10_000,
    maxUnwrittenBytes: null,
    maxSendBufferBytes: 4 << 20,
    voiceActivity: mortalEars(options.voiceActivity, life),
    resamplers: options.resamplers,
    openAudioQuota: makeAudioQuotas({ redis, limitsOf, log }),
    openWork: makeWork({
      redis,
      log,
      openBudget,
      jobDeadlineMs: options.jobDeadlineMs ?? 60_000,
      maxWaiting: 2_000,
      onRefused: () => {},
      onMismatch: mismatchTeller(log, meters),
      recall: makeRecall({ redis, store: options.store ?? null }),
    }),
    log,
    meters,
    spans: null,
    tenantLabel: (tenantId) => tenantId,
    prompts: {},
    announcesConversation: true,
    refuseServers: makeServerGuard([]),
    limits: { inputBufferMs: 300_000, workTimeoutMs: 60_000, keptAudioMs: 300_000 },
    ...settings,
    clock,
    onDriving(driver) {
      drivers.push(driver)
      fleet.add(driver)
      tellWhoServes(driver, served)
    },
    onLeaving: (driver, left) => fleet.remove(driver, left),
  }
  const line = { life, log, maxSendBufferBytes: options.maxSendBufferBytes ?? 16 << 20 }
  const gateway: TestGateway = {
    life,
    fleet,
    clock,
    errors,
    said,
    drivers,
    isAway: false,
    open: (welcome = {}) => openLine((socket) => openSession(socket, welcomed(welcome), sessions), line),
    resume: (resumption) => openLine((socket) => resumeSession(socket, returned(resumption), sessions), line),
    attach: (socket, sessionId) =>
      sessionId === null
        ? openSession(socket, welcomed({}), sessions)
        : resumeSession(socket, returned({ sessionId }), sessions),
  }
  return gateway

  function welcomed(welcome: Partial<Welcome>): Welcome {
    const { model = 'gpt-realtime' } = welcome
    return {
      tenantId,
      keyPrefix: null,
      openedBy: null,
      type: 'realtime',
      model,
      pipeline: catalogue.find(model) ?? pipeline,
      patch: null,
      dialect: gaDialect,
      lifeS: 3_600,
      terms,
      ...welcome,
    }
  }

  function returned(resumption: Parameters<TestGateway['resume']>[0]): Resumption {
    const about = { tenantId, keyPrefix: null, dialect: gaDialect, terms, lastEventId: null, sendsAgain: false }
    return { ...about, ...resumption }
  }
}
