import type { ResponseId } from '@voicebox/kernel'
import { gaDialect } from '@voicebox/protocol'
import type { Input } from '@voicebox/session'
import type { Names } from './names.ts'

/**
 * Reads a frame of a client, or a move of somebody else: JSON with `move`, the kind of an input, and what it needs. What is
 * missing or of the wrong kind is made up, since nobody but the gateway itself makes these, and so are places in the audio,
 * which end at what was heard. Null: nothing happens.
 */
export function moveOf(frame: string, names: Names, heardMs: number): Input | null {
  const given = fieldsOf(frame)
  if (given === null || !('move' in given)) return clientEventIn(frame)
  const count = (name: string): number =>
    typeof given[name] === 'number' ? Math.min(Math.abs(Math.trunc(given[name])), 100_000) : 0
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name].toWellFormed() : 'words')
  const responseId = names.nth('response', count('of')) as ResponseId
  const itemId = names.nth('item', count('of'))
  const failure = { code: 'engine_failed', message: text('text') }
  const piece = { responseId, segment: count('segment') % 8 }
  switch (given['move']) {
    case 'audio_heard':
      return { kind: 'audio_heard', ms: count('ms') }
    case 'speech_started':
      return { kind: 'speech_started', startMs: Math.max(0, heardMs - count('ms')) }
    case 'speech_stopped':
      return { kind: 'speech_stopped', endMs: heardMs }
    case 'transcript_interim':
      return { kind: 'transcript_interim', itemId, text: text('text') }
    case 'transcript_final':
      return { kind: 'transcript_final', itemId, text: text('text'), audioMs: count('ms') }
    case 'transcript_failed':
      return { kind: 'transcript_failed', itemId, ...failure }
    case 'text_generated':
      return { kind: 'text_generated', responseId, text: text('text') }
    case 'call_started':
      return { kind: 'call_started', responseId, call: count('call') % 4, name: text('name') }
    case 'call_arguments':
      return { kind: 'call_arguments', responseId, call: count('call') % 4, text: text('text') }
    case 'generation_finished': {
      const usage = { inputTokens: count('input'), outputTokens: count('output'), cachedTokens: 0 }
      const reason = given['isCut'] === true ? 'max_output_tokens' : 'stop'
      return { kind: 'generation_finished', responseId, reason, usage, segments: count('segments') % 8 }
    }
    case 'generation_failed':
      return { kind: 'generation_failed', responseId, ...failure, ...(given['isLost'] === true ? lost : {}) }
    case 'segment_planned':
      return { kind: 'segment_planned', ...piece, text: text('text') }
    case 'audio_generated':
      return { kind: 'audio_generated', ...piece, offset: count('offset'), audio: { samples: 1 + count('samples') } }
    case 'segment_spoken':
      return { kind: 'segment_spoken', ...piece, samples: count('samples') }
    case 'segment_failed':
      return { kind: 'segment_failed', ...piece, ...failure }
    case 'tools_listed': {
      const tool = { name: text('name'), description: '', input_schema: {}, annotations: null }
      return { kind: 'tools_listed', itemId: names.nth('listing', count('of')), tools: [tool] }
    }
    case 'listing_failed':
      return { kind: 'listing_failed', itemId: names.nth('listing', count('of')), ...failure }
    case 'tool_called':
      return { kind: 'tool_called', itemId, output: text('text') }
    case 'tool_failed':
      return { kind: 'tool_failed', itemId, error: { type: 'tool_execution_error', message: text('text') } }
    case 'timer_fired':
      return { kind: 'timer_fired', subject: given['isIdle'] === true ? 'idle' : count('of') % 2 ? itemId : responseId }
    case 'service_lost':
    case 'service_restored':
      return { kind: given['move'], service: services[count('of') % 3] ?? 'speech' }
    case 'results_lost':
      return { kind: 'results_lost' }
    case 'refused':
      return { kind: 'refused', error: failure }
    default:
      return null
  }
}

const lost = { code: 'all_providers_failed' }
const services = ['transcription', 'language', 'speech'] as const

/** One of each move, for the beginning. */
export const moves: readonly string[] = [
  { move: 'audio_heard', ms: 300 },
  { move: 'speech_started', ms: 100 },
  { move: 'audio_heard', ms: 900 },
  { move: 'transcript_interim', of: 0, text: 'what' },
  { move: 'speech_stopped' },
  { move: 'transcript_final', of: 0, text: 'what time is it', ms: 1_100 },
  { move: 'transcript_failed', of: 0, text: 'deaf' },
  { move: 'text_generated', of: 0, text: 'It is noon.' },
  { move: 'segment_planned', of: 0, segment: 0, text: 'It is noon.' },
  { move: 'audio_generated', of: 0, segment: 0, offset: 0, samples: 480 },
  { move: 'audio_generated', of: 0, segment: 1, offset: 0, samples: 480 },
  { move: 'segment_spoken', of: 0, segment: 0, samples: 481 },
  { move: 'segment_failed', of: 0, segment: 1, text: 'mute' },
  { move: 'call_started', of: 0, call: 0, name: 'look' },
  { move: 'call_arguments', of: 0, call: 0, text: '{}' },
  { move: 'generation_finished', of: 0, segments: 2, input: 3, output: 4, isCut: false },
  { move: 'generation_failed', of: 0, text: 'gone', isLost: true },
  { move: 'tools_listed', of: 0, name: 'look' },
  { move: 'listing_failed', of: 0, text: 'gone' },
  { move: 'tool_called', of: 0, text: 'done' },
  { move: 'tool_failed', of: 0, text: 'broken' },
  { move: 'timer_fired', of: 0, isIdle: false },
  { move: 'timer_fired', of: 0, isIdle: true },
  { move: 'service_lost', of: 1 },
  { move: 'service_restored', of: 1 },
  { move: 'results_lost' },
  { move: 'refused', text: 'No.' },
].map((move) => JSON.stringify(move))

function clientEventIn(frame: string): Input | null {
  const parsed = gaDialect.parse(frame)
  if (!parsed.ok) return { kind: 'refused', error: parsed.error }
  if (parsed.event.type === 'input_audio_buffer.append') return { kind: 'audio_heard', ms: 20 }
  return { kind: 'client_event', event: parsed.event }
}

function fieldsOf(frame: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(frame)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
