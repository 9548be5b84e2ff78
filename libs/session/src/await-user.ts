import { act, type Draft, set } from './draft.ts'
import type { SessionState } from './state.ts'

/** It is the user's turn: where the session has an idle timeout, it runs from when what was sent has been played. */
export function awaitUser(draft: Draft): void {
  set(draft, { awaitsUser: true })
  resumeAwaitingUser(draft)
}

/** The user speaks, and so cannot be silent; whether it becomes a turn is not known yet. */
export function pauseAwaitingUser(draft: Draft): void {
  if (draft.state.awaitsUser && idleTimeoutMs(draft.state) !== null)
    act(draft, { kind: 'disarm_timer', subject: 'idle' })
}

/** The wait begins anew, if there was one and nobody speaks. */
export function resumeAwaitingUser(draft: Draft): void {
  const ms = idleTimeoutMs(draft.state)
  const { awaitsUser, buffer } = draft.state
  if (ms !== null && awaitsUser && buffer.itemId === null)
    act(draft, { kind: 'arm_timer', subject: 'idle', ms, afterPlayout: true })
}

/** The user has had a turn, or the assistant takes the next: the wait is over. */
export function stopAwaitingUser(draft: Draft): void {
  pauseAwaitingUser(draft)
  set(draft, { awaitsUser: false })
}

export function idleTimeoutMs({ type, session }: Pick<SessionState, 'type' | 'session'>): number | null {
  const detection = session.audio.input.turn_detection
  return type === 'realtime' && detection?.type === 'server_vad' ? detection.idle_timeout_ms : null
}
