import { act, type Draft } from './draft.ts'
import type { SessionState } from './state.ts'

/** Waits for the user to say something, from when what was sent has been played; only where the session has an idle timeout. */
export function awaitUser(draft: Draft): void {
  const ms = idleTimeoutMs(draft.state)
  if (ms !== null && draft.state.buffer.itemId === null)
    act(draft, { kind: 'arm_timer', subject: 'idle', ms, afterPlayout: true })
}

/** The user is heard from, or answered: the wait is over. */
export function stopAwaitingUser(draft: Draft): void {
  if (idleTimeoutMs(draft.state) !== null) act(draft, { kind: 'disarm_timer', subject: 'idle' })
}

export function idleTimeoutMs({ type, session }: Pick<SessionState, 'type' | 'session'>): number | null {
  const detection = session.audio.input.turn_detection
  return type === 'realtime' && detection?.type === 'server_vad' ? detection.idle_timeout_ms : null
}
