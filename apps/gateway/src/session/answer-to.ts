import { type Failure, failureRules, messageFor } from '@voicebox/kernel'
import type { Errand, Input } from '@voicebox/session'

/** What the session hears of work that nobody could be asked for; null where nobody waits for it. */
export function answerTo(errand: Errand, failure: Failure): Input | null {
  const isTheirs = failure.kind === 'capacity' || failure.kind === 'client'
  const code = isTheirs ? failure.code : 'service_unavailable'
  const message = messageFor(failure, 'The engines cannot be reached at the moment.')
  const type = failureRules[failure.kind].wireType
  switch (errand.kind) {
    case 'transcribe':
      return { kind: 'transcript_failed', itemId: errand.request.itemId, code, message }
    case 'generate':
      return { kind: 'generation_failed', responseId: errand.request.responseId, type, code, message }
    case 'speak':
      return { kind: 'segment_failed', responseId: errand.responseId, segment: errand.segment, code, message }
    case 'list_tools':
      return { kind: 'listing_failed', itemId: errand.itemId, code, message }
    case 'call_tool':
      return { kind: 'tool_failed', itemId: errand.itemId, error: { type: 'tool_execution_error', message } }
    default:
      return null
  }
}
