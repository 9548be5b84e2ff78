import { assertNever } from '@voicebox/kernel'
import { failGeneration } from './apology.ts'
import { createItem, deleteItem, retrieveItem } from './conversation.ts'
import { type Draft, send } from './draft.ts'
import type { Effect } from './effect.ts'
import { failUnheard } from './failed-transcripts.ts'
import { finishGeneration, receiveText } from './generation.ts'
import { clearBuffer, commitBuffer, hearAudio } from './input-buffer.ts'
import type { Input } from './input.ts'
import { settleCall } from './mcp-call.ts'
import { listServers, settleListing } from './mcp-listing.ts'
import { makeRoom } from './put-away.ts'
import { settleRecall } from './recall.ts'
import { refuse, tellError } from './refuse.ts'
import { loseResults } from './results-lost.ts'
import { resumeSession } from './resume.ts'
import { cancelFromClient, createFromClient } from './response.ts'
import { loseService, restoreService } from './services.ts'
import { shownSession } from './shown.ts'
import { failSegment, finishSegment, planSegment, receiveAudio } from './speech.ts'
import type { SessionState } from './state.ts'
import { giveUp } from './timeout.ts'
import { receiveArguments, startCall } from './tool-calls.ts'
import { hearInterim, settleTranscript } from './transcription.ts'
import { truncateItem } from './truncate.ts'
import { startSpeech, stopSpeech } from './turn.ts'
import { updateSession } from './update.ts'

export type Step = readonly [state: SessionState, effects: readonly Effect[]]

/** Advances a session by one input. Pure and total: same arguments, same answer, no throw. */
export function step(state: SessionState, input: Input): Step {
  const draft: Draft = { state, effects: [] }
  apply(draft, input)
  failUnheard(draft)
  makeRoom(draft, state)
  return [draft.state, draft.effects]
}

function apply(draft: Draft, input: Input): void {
  switch (input.kind) {
    case 'connected':
      return greet(draft)
    case 'resumed':
      return resumeSession(draft, input)
    case 'refused':
      return tellError(draft, input.error)
    case 'limits_updated':
      return send(draft, { type: 'rate_limits.updated', rate_limits: input.limits })
    case 'item_recalled':
    case 'recall_failed':
      return settleRecall(draft, input)
    case 'service_lost':
      return loseService(draft, input.service)
    case 'service_restored':
      return restoreService(draft, input.service)
    case 'results_lost':
      return loseResults(draft, input.unasked)
    case 'client_event':
      return applyClientEvent(draft, input.event)
    case 'audio_heard':
      return hearAudio(draft, input.ms)
    case 'speech_started':
      return startSpeech(draft, input.startMs)
    case 'speech_stopped':
      return stopSpeech(draft, input.endMs)
    case 'transcript_interim':
      return hearInterim(draft, input)
    case 'transcript_final':
    case 'transcript_failed':
      return settleTranscript(draft, input)
    case 'text_generated':
      return receiveText(draft, input)
    case 'call_started':
      return startCall(draft, input)
    case 'call_arguments':
      return receiveArguments(draft, input)
    case 'generation_finished':
      return finishGeneration(draft, input)
    case 'generation_failed':
      return failGeneration(draft, input)
    case 'segment_planned':
      return planSegment(draft, input)
    case 'audio_generated':
      return receiveAudio(draft, input)
    case 'segment_spoken':
      return finishSegment(draft, input)
    case 'segment_failed':
      return failSegment(draft, input)
    case 'tools_listed':
    case 'listing_failed':
      return settleListing(draft, input)
    case 'tool_called':
    case 'tool_failed':
      return settleCall(draft, input)
    case 'timer_fired':
      return giveUp(draft, input.subject)
    default:
      return assertNever(input)
  }
}

/** The first a client hears; servers whose tools came with its secret are asked at once. */
function greet(draft: Draft): void {
  const { conversationId: id, announcesConversation, session } = draft.state
  send(draft, { type: 'session.created', session: shownSession(draft.state) })
  if (announcesConversation) {
    send(draft, { type: 'conversation.created', conversation: { id, object: 'realtime.conversation' } })
  }
  listServers(draft, session.tools)
}

type Event = Extract<Input, { kind: 'client_event' }>['event']

function applyClientEvent(draft: Draft, event: Event): void {
  if (draft.state.type === 'transcription' && (event.type === 'response.create' || event.type === 'response.cancel')) {
    const message = `A transcription session never answers: '${event.type}' is not supported in it.`
    return refuse(draft, event, { code: 'invalid_value', message, param: 'type' })
  }
  switch (event.type) {
    case 'session.update':
      return updateSession(draft, event)
    case 'input_audio_buffer.commit':
      return commitBuffer(draft, event)
    case 'input_audio_buffer.clear':
      return clearBuffer(draft)
    case 'conversation.item.create':
      return createItem(draft, event)
    case 'conversation.item.retrieve':
      return retrieveItem(draft, event)
    case 'conversation.item.delete':
      return deleteItem(draft, event)
    case 'conversation.item.truncate':
      return truncateItem(draft, event)
    case 'response.create':
      return createFromClient(draft, event)
    case 'response.cancel':
      return cancelFromClient(draft, event)
    default:
      return assertNever(event)
  }
}
