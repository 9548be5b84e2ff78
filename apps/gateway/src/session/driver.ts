import type { Resamplers, VoiceActivity } from '@voicebox/audio'
import type { Clock, Log, SessionId } from '@voicebox/kernel'
import type { Dialect } from '@voicebox/protocol'
import type { Service, SessionState } from '@voicebox/session'
import type { SessionHold } from '@voicebox/streams'
import type { gatewayMetrics, Meters, Spans, usageMetrics } from '@voicebox/telemetry'
import type { Guest } from '../keys/key-watch.ts'
import type { Pipeline } from '../models.ts'
import type { Subject } from '../terms/open-terms.ts'
import type { TenantTerms } from '../terms/tenant-terms.ts'
import type { SocketHandlers } from '../transport/index.ts'
import type { OpenAudioQuota } from './audio-quota.ts'
import type { Left } from './left.ts'
import type { RefuseServers } from './mcp-servers.ts'
import type { OpenWork } from './work.ts'

/** What all sessions of a gateway are driven with. */
export interface DriverOptions {
  clock: Clock
  log: Log
  meters: Meters<typeof gatewayMetrics & typeof usageMetrics>
  /** What the metrics call a tenant. */
  tenantLabel(tenantId: string): string
  /** Where turns are recorded; null: nowhere. */
  spans: Spans | null
  voiceActivity: VoiceActivity
  resamplers: Resamplers
  openWork: OpenWork
  openAudioQuota: OpenAudioQuota
  refuseServers: RefuseServers
  /** How often a session shows that it lives. */
  heartbeatMs: number
  /** How long a session is held while Redis is away. */
  holdMs: number
  /** How much may wait for a client that reads too slowly. */
  maxSendBufferBytes: number
  /** What one connection may send, other than audio. */
  eventsPerSecond: number
  /** How many bytes of a session's history may wait to be written down; null: none is kept. */
  maxUnwrittenBytes: number | null
  /** Gets every session that is driven. */
  onDriving(driver: Driver): void
  /** Gets every session that is let go of, and a promise of when nothing is left to do for it. */
  onLeaving(driver: Driver, left: Promise<void>): void
}

/** A session, as it begins or as another process left it. */
export interface DriverStart {
  sessionId: SessionId
  /** Of the connection: jobs and log lines that come of it have it. */
  correlationId: string
  tenantId: string
  /** Of the API key that lets it go on; null: nothing ends it but itself. */
  keyPrefix: string | null
  dialect: Dialect
  pipeline: Pipeline
  state: SessionState
  /** The session's time in all, in seconds. */
  lifeS: number
  /** What its tenant may have now. */
  terms: TenantTerms
  hold: Promise<SessionHold>
  /** What another process left; null where the session begins. */
  left: Left | null
}

/** A session that is driven, and who drives it. */
export interface Driver extends SocketHandlers, Guest, Subject {
  readonly pipeline: Pipeline
  /** The number of the newest result of the workers that it has heard. */
  readonly heardUpTo: number
  /** Results are gone that it may not have heard. */
  resultsLost(): void
  /** Another process has taken the session. */
  taken(): void
  /** More of its history waits than may. */
  historyFull(): void
  /** An administrator has closed the session. */
  dismissed(): void
  /** Lets go of the session once nothing is under way in it, or the signal is aborted; its client is told to come back. */
  drain(deadline: AbortSignal): Promise<void>
  /** Whether Redis can be reached. */
  storage(isAway: boolean): void
  service(service: Service, isServed: boolean): void
  /** Whether its client reads more slowly than it is told. */
  readonly isSlow: boolean
}
