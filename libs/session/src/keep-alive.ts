import type { ResponseId } from '@voicebox/kernel'
import { act, type Draft } from './draft.ts'

/** Starts the wait for the next sign of life of the workers anew. */
export function keepAlive(draft: Draft, responseId: ResponseId): void {
  act(draft, { kind: 'arm_timer', subject: responseId, ms: draft.state.limits.workTimeoutMs })
}
