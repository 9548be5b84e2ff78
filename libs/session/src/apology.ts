import { completeWhenDone } from './complete.ts'
import { act, type Draft, makeId } from './draft.ts'
import { fail } from './end-response.ts'
import { tellText } from './generation.ts'
import type { Input } from './input.ts'
import { keepAlive } from './keep-alive.ts'
import { isLost, tellOutage } from './outage.ts'
import { findResponse, putResponse } from './responses.ts'
import type { ActiveResponse, ResponseFailure } from './state.ts'
import { speechOf } from './voice.ts'

/** No answer has so many segments. Should a worker come back and speak one after all, its segments come too late for this. */
const apologySegment = 2 ** 20

/** No provider could be reached, as against one that refused or broke off. */
const unreachable: readonly string[] = ['all_providers_failed', 'service_unavailable']

/** The language model gave no answer, or broke it off. */
export function failGeneration(draft: Draft, input: Extract<Input, { kind: 'generation_failed' }>): void {
  const response = findResponse(draft.state, input.responseId)
  if (response === null || response.failure !== null) return
  const { kind: _kind, responseId: _id, ...failure } = input
  if (unreachable.includes(failure.code)) failUnanswered(draft, response, failure)
  else fail(draft, response, failure)
}

/**
 * Fails a response that nobody can answer. One of which nothing is there yet says so first, in words of the assistant: it
 * ends when they are spoken, or at once where nobody can speak.
 */
export function failUnanswered(draft: Draft, response: ActiveResponse, failure: ResponseFailure): void {
  const { apology } = draft.state.limits
  if (!apology || response.finish !== null || response.output.length > 0) return fail(draft, response, failure)
  const isAudio = response.modality === 'audio'
  const isSpoken = isAudio && !isLost(draft.state, 'speech')
  const finish = { reason: 'stop' as const, usage: noTokens, segments: isSpoken ? apologySegment + 1 : 0 }
  const planned = { segment: apologySegment, offset: 0, planned: { [apologySegment]: apology } }
  const speech = isSpoken ? { ...response.speech, ...planned } : response.speech
  tellText(draft, putResponse(draft, { ...response, awaiting: [], failure, finish, speech }), apology)
  if (isSpoken) return speak(draft, response, apology)
  if (isAudio) tellOutage(draft, 'speech')
  completeWhenDone(draft, response.id)
}

function speak(draft: Draft, response: ActiveResponse, text: string): void {
  act(draft, {
    kind: 'speak',
    jobId: makeId(draft, 'job'),
    responseId: response.id,
    segment: apologySegment,
    text,
    ...speechOf(draft.state, response),
  })
  keepAlive(draft, response.id)
}

/** No model read or wrote anything. */
const noTokens = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
