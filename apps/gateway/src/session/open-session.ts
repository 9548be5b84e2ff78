import { newId, type SessionId, withFields } from '@voicebox/kernel'
import { createSession, type HistoryOptions, type HoldOptions, type OnEnded, type Redis } from '@voicebox/streams'
import type { Welcome } from '../handshake.ts'
import type { Socket } from '../transport/index.ts'
import { driveSession } from './drive.ts'
import type { Driver, DriverOptions } from './driver.ts'
import { openState, type StateOptions } from './open-state.ts'

export interface SessionOptions extends DriverOptions, StateOptions {
  redis: Redis
  /** Who holds the sessions of this process. */
  holder: string
  /** How long a session can be resumed after the last sign of its life. */
  sessionTtlMs: number
  /** Hears of each session that this process ends. */
  onEnded: OnEnded
}

/** Opens a session for the socket: the one that was let in, or one more. */
export function openSession(
  socket: Socket,
  welcome: Welcome,
  process: SessionOptions,
  sessionId: SessionId = newId('sess'),
): Driver {
  const correlationId: string = newId('conn')
  const about = { tenantId: welcome.tenantId, sessionId, correlationId }
  const options = { ...process, log: withFields(process.log, about) }
  const { tenantId, keyPrefix, dialect, pipeline, model, type, lifeS, openedBy, terms } = welcome
  options.log.info({ model, type, dialect: dialect.name }, 'Session opened')
  options.meters.sessions.add(1, { outcome: 'opened' })
  const hold = createSession(options.redis, {
    ...holdOptions(options),
    sessionId,
    tenantId,
    openedBy,
    onTaken: () => driver.taken(),
    onDismissed: () => driver.dismissed(),
    results: { heardUpTo: () => driver.heardUpTo, onResultsLost: () => driver.resultsLost() },
    history: historyOptions(options, () => driver),
  })
  hold.catch(() => {}) // whoever commits sees it
  const state = openState(sessionId, welcome, options)
  const known = { sessionId, correlationId, tenantId, keyPrefix, dialect, pipeline, state, lifeS, terms }
  const start = { ...known, hold, left: null }
  const driver = driveSession(socket, start, options)
  return driver
}

/** What a session's holder needs to know of its history. */
export function historyOptions(
  { maxUnwrittenBytes }: Pick<SessionOptions, 'maxUnwrittenBytes'>,
  driver: () => Driver | null,
): HistoryOptions | null {
  return maxUnwrittenBytes === null ? null : { maxUnwrittenBytes, onFull: () => driver()?.historyFull() }
}

export function holdOptions({
  holder,
  sessionTtlMs,
  onEnded,
  log,
}: Pick<SessionOptions, 'holder' | 'sessionTtlMs' | 'onEnded' | 'log'>): Pick<
  HoldOptions,
  'holder' | 'ttlMs' | 'onEnded' | 'log'
> {
  return { holder, ttlMs: sessionTtlMs, onEnded, log }
}
