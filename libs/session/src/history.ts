import type { ItemId } from '@voicebox/kernel'
import type { Item, ResponseObject, ServerEventBody, TranscriptionUsage, Usage } from '@voicebox/protocol'
import { isAway } from './away.ts'
import type { Effect } from './effect.ts'
import { findEntry } from './entries.ts'
import { responsesIn } from './responses.ts'
import type { SessionState } from './state.ts'
import { usageOf } from './usage.ts'
import type { ContextEntry } from './words.ts'

/** Something that history shall have of a session. */
export type Fact =
  | { kind: 'session_opened'; type: SessionState['type']; model: string }
  /** As clients are shown it; one of the same item takes its place. */
  | { kind: 'item'; itemId: ItemId; position: number; item: Item; words: string }
  | { kind: 'item_deleted'; itemId: ItemId }
  | { kind: 'response'; responseId: string; model: string; response: ResponseObject }
  /** What one response or one transcription took: tokens by modality, and milliseconds of audio that was written down. */
  | { kind: 'usage'; turnId: string; model: string; counts: Readonly<Record<string, number>> }

/** What a step has for history, in its order. Pure; items that only a response was given to read are none of it. */
export function historyOf(before: SessionState, after: SessionState, effects: readonly Effect[]): Fact[] {
  return effects.flatMap((effect, at): Fact[] => {
    switch (effect.kind) {
      case 'save_item':
        return isSavedAgain(effects, at) ? [] : itemFact(effect, positionOf(after, effects, effect.item.id))
      case 'forget_item':
        return !isIn(before, effect.itemId) ? [] : [{ kind: 'item_deleted', itemId: effect.itemId }]
      case 'send':
        return eventFacts(after, effect.event)
      default:
        return []
    }
  })
}

/** What history has of a session as it begins. */
export function historyAtStart({ type, session: { model } }: SessionState): Fact[] {
  return [{ kind: 'session_opened', type, model }]
}

/** What the responses took that are under way when a session ends, of which nobody is told any more. */
export function historyAtEnd(state: SessionState): Fact[] {
  const { model } = state.session
  return responsesIn(state).map((response) => usageFact(response.id, model, usageOf(response)))
}

type Save = Extract<Effect, { kind: 'save_item' }>

function itemFact({ item, context }: Save, position: number | null): Fact[] {
  if (position === null) return []
  return [{ kind: 'item', itemId: item.id, position, item, words: context.map(wordsOf).join('\n') }]
}

/** Where an item stands, also one that is put away in the same step; null: it is none of the conversation. */
function positionOf(after: SessionState, effects: readonly Effect[], itemId: ItemId): number | null {
  const away = effects.find((effect) => effect.kind === 'put_away' && effect.itemId === itemId)
  return away?.kind === 'put_away' ? away.position : (findEntry(after, itemId)?.position ?? null)
}

function isIn(state: SessionState, itemId: ItemId): boolean {
  return findEntry(state, itemId) !== undefined || isAway(state, itemId)
}

function isSavedAgain(effects: readonly Effect[], at: number): boolean {
  const itemId = (effects[at] as Save).item.id
  return effects.some((other, later) => later > at && other.kind === 'save_item' && other.item.id === itemId)
}

function eventFacts({ session }: SessionState, event: ServerEventBody): Fact[] {
  if (event.type === 'response.done') {
    const { response } = event
    const { model } = session
    const usage = response.usage === null ? [] : [usageFact(response.id, model, response.usage)]
    return [{ kind: 'response', responseId: response.id, model, response }, ...usage]
  }
  if (event.type !== 'conversation.item.input_audio_transcription.completed') return []
  const model = session.audio.input.transcription?.model ?? ''
  return [{ kind: 'usage', turnId: event.item_id, model, counts: transcriptionCounts(event.usage) }]
}

function transcriptionCounts(usage: TranscriptionUsage): Record<string, number> {
  return usage.type === 'duration'
    ? { transcription_audio_ms: Math.round(usage.seconds * 1_000) }
    : { transcription_input_tokens: usage.input_tokens, transcription_output_tokens: usage.output_tokens }
}

function usageFact(turnId: string, model: string, usage: Usage): Fact {
  const { input_token_details: input, output_token_details: output } = usage
  const counts = {
    input_text_tokens: input.text_tokens,
    input_audio_tokens: input.audio_tokens,
    input_image_tokens: input.image_tokens,
    cached_tokens: input.cached_tokens,
    output_text_tokens: output.text_tokens,
    output_audio_tokens: output.audio_tokens,
  }
  return { kind: 'usage', turnId, model, counts }
}

/** What can be found by: what was said, or heard of it, and what tools were asked and answered. */
function wordsOf(entry: ContextEntry): string {
  switch (entry.role) {
    case 'tool_call':
      return `${entry.name} ${entry.arguments}`
    case 'tool_result':
      return entry.output
    default:
      return entry.text
  }
}
