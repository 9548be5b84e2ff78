import { newId, type SessionId } from '@voicebox/kernel'
import { createSession, type HoldOptions, type Redis } from '@voicebox/streams'
import type { Welcome } from '../handshake.ts'
import type { Socket } from '../transport/index.ts'
import { type Driver, type DriverOptions, driveSession } from './drive.ts'
import { openState, type StateOptions } from './open-state.ts'

export interface SessionOptions extends DriverOptions, StateOptions {
  redis: Redis
  /** Who holds the sessions of this process. */
  holder: string
  /** How long a session can be resumed after the last sign of its life. */
  sessionTtlMs: number
}

/** Opens a session for the socket: the one that was let in, or one more. */
export function openSession(
  socket: Socket,
  welcome: Welcome,
  options: SessionOptions,
  sessionId: SessionId = newId('sess'),
): Driver {
  const { tenantId, keyPrefix, dialect, pipeline, model, type, lifeS, openedBy, terms } = welcome
  options.log.info({ sessionId, tenantId, model, type, dialect: dialect.name }, 'Session opened')
  options.meters.sessions.add(1, { outcome: 'opened' })
  const hold = createSession(options.redis, {
    ...holdOptions(options),
    sessionId,
    tenantId,
    openedBy,
    onTaken: () => driver.taken(),
    onDismissed: () => driver.dismissed(),
    results: { heardUpTo: () => driver.heardUpTo, onResultsLost: () => driver.resultsLost() },
  })
  hold.catch(() => {}) // whoever commits sees it
  const state = openState(sessionId, welcome, options)
  const start = { sessionId, tenantId, keyPrefix, dialect, pipeline, state, lifeS, terms, hold, left: null }
  const driver = driveSession(socket, start, options)
  return driver
}

export function holdOptions({
  holder,
  sessionTtlMs,
  log,
}: Pick<SessionOptions, 'holder' | 'sessionTtlMs' | 'log'>): Pick<HoldOptions, 'holder' | 'ttlMs' | 'log'> {
  return { holder, ttlMs: sessionTtlMs, log }
}
