import type { ItemInput, ResponseOptions, SessionPatch } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'

/** What is valid in a session but cannot be done here yet: it is refused, so that nobody waits for what never comes. */
export function unsupportedInSession(patch: SessionPatch): Refusal | null {
  return (
    unsupportedFormat(patch.audio?.input?.format, 'session.audio.input.format') ??
    unsupportedFormat(patch.audio?.output?.format, 'session.audio.output.format') ??
    (patch.audio?.input?.noise_reduction ? notYet('Noise reduction', 'session.audio.input.noise_reduction') : null) ??
    unsupportedIdleTimeout(patch) ??
    (patch.include?.length ? notYet('Extra output', 'session.include') : null) ??
    unsupportedTools(patch, 'session') ??
    (patch.prompt ? notYet('Prompt templates', 'session.prompt') : null)
  )
}

/** The same for the options of one response. */
export function unsupportedInResponse(options: ResponseOptions): Refusal | null {
  return (
    unsupportedFormat(options.audio?.output?.format, 'response.audio.output.format') ??
    unsupportedTools(options, 'response') ??
    (options.prompt ? notYet('Prompt templates', 'response.prompt') : null) ??
    (options.conversation === 'none' ? notYet('Out-of-band responses', 'response.conversation') : null) ??
    (options.input !== undefined ? notYet('Input in place of the conversation', 'response.input') : null)
  )
}

/** The same for an item to be created. */
export function unsupportedItem(item: ItemInput): Refusal | null {
  if (item.type === 'function_call') return notYet('Function calling', 'item.type')
  if (item.type === 'function_call_output') {
    const message = `Tool call ID '${item.call_id}' not found in conversation.`
    return { code: 'invalid_tool_call_id', message, param: 'item.call_id' }
  }
  const at = item.content.findIndex((part) => part.type === 'input_audio')
  return at < 0 ? null : notYet('Audio in created items', `item.content[${at}].type`)
}

function unsupportedFormat(format: { type: string } | undefined, param: string): Refusal | null {
  return format === undefined || format.type === 'audio/pcm'
    ? null
    : notYet(`The format '${format.type}'`, `${param}.type`)
}

function unsupportedIdleTimeout({ audio }: SessionPatch): Refusal | null {
  const detection = audio?.input?.turn_detection
  if (detection?.type !== 'server_vad' || detection.idle_timeout_ms === null) return null
  return notYet('An idle timeout', 'session.audio.input.turn_detection.idle_timeout_ms')
}

function unsupportedTools(options: Pick<SessionPatch, 'tools'>, param: string): Refusal | null {
  return options.tools?.length ? notYet('Function calling', `${param}.tools`) : null
}

function notYet(what: string, param: string): Refusal {
  return { code: 'invalid_value', message: `${what}: not supported by this server yet.`, param }
}
