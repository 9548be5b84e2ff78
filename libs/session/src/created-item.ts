import type { Item, ItemInput } from '@voicebox/protocol'
import { decodedBytes, durationMs } from './audio-length.ts'
import { act, type Draft, makeId } from './draft.ts'
import { entryOf } from './entries.ts'
import { refusalOfApproval } from './mcp-approval.ts'
import type { Refusal } from './refuse.ts'
import type { Entry, SessionState } from './state.ts'
import { askForWords } from './transcribe.ts'

/** An item that a client gave, as the conversation keeps it; its audio is stored by `storeCreated`. */
export function createdEntry(draft: Draft, input: ItemInput, id: string): Entry {
  const audio = audioPartOf(input)
  const item = itemFrom(draft, input, id)
  if (audio === null) return entryOf(item)
  const audioMs = durationMs(audio.audio, draft.state.session.audio.input.format)
  return entryOf(item, { audio: 'heard', audioMs, transcription: audio.transcript == null ? 'unasked' : 'done' })
}

/** Takes the audio of an item that was created, and asks for its words where the session wants them told. */
export function storeCreated(draft: Draft, input: ItemInput, { item, transcription }: Entry): void {
  const part = audioPartOf(input)
  if (part === null) return
  const { format, transcription: wanted } = draft.state.session.audio.input
  act(draft, { kind: 'store_audio', itemId: item.id, audio: part.audio, format })
  if (transcription === 'unasked' && wanted !== null) askForWords(draft, item.id)
}

/** Why an item cannot be taken, beyond what its form says; `param` is where it stands in the event, which brings `besidesMs` of audio before it. */
export function refusalOfItem(state: SessionState, input: ItemInput, param: string, besidesMs = 0): Refusal | null {
  if (input.type === 'function_call_output') return refusalOfOutput(state, input.call_id, param)
  if (input.type === 'mcp_approval_response') return refusalOfApproval(state, input.approval_request_id, param)
  return input.type === 'message' && input.role === 'user' ? refusalOfAudio(state, input, param, besidesMs) : null
}

/** How long the audio is that an item brings. */
export function audioMsOf({ session }: SessionState, input: ItemInput): number {
  const part = audioPartOf(input)
  return part === null ? 0 : durationMs(part.audio, session.audio.input.format)
}

function refusalOfOutput(state: SessionState, callId: string, param: string): Refusal | null {
  const isKnown = state.entries.some(({ item }) => item.type === 'function_call' && item.call_id === callId)
  if (isKnown) return null
  const message = `Tool call ID '${callId}' not found in conversation.`
  return { code: 'invalid_tool_call_id', message, param: `${param}.call_id` }
}

type UserInput = Extract<ItemInput, { role: 'user' }>

function refusalOfAudio(state: SessionState, { content }: UserInput, param: string, besidesMs: number): Refusal | null {
  const [at = -1, second] = content.flatMap((part, index) => (part.type === 'input_audio' ? [index] : []))
  if (second !== undefined) {
    const message = 'An item holds at most one part of audio.'
    return { code: 'invalid_value', message, param: `${param}.content[${second}].type` }
  }
  const part = content[at]
  if (part?.type !== 'input_audio') return null
  const { format } = state.session.audio.input
  const bytes = decodedBytes(part.audio)
  if (format.type === 'audio/pcm' && bytes % 2 !== 0) {
    const message = `Invalid '${param}.content[${at}].audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an odd number of bytes (${bytes}).`
    return { code: 'invalid_value', message, param: `${param}.content[${at}].audio` }
  }
  const { keptAudioMs } = state.limits
  const inUseMs = [...state.entries, ...state.asides].reduce((sum, entry) => sum + audioInUseMs(entry), besidesMs)
  if (inUseMs + durationMs(part.audio, format) <= keptAudioMs) return null
  const message = `A session holds at most ${keptAudioMs} ms of audio that has not been transcribed yet.`
  return { code: 'conversation_full', message, param: `${param}.content[${at}].audio` }
}

function audioInUseMs({ transcription, audioMs }: Entry): number {
  return transcription === 'unasked' || transcription === 'pending' ? audioMs : 0
}

function audioPartOf(input: ItemInput): Extract<UserInput['content'][number], { type: 'input_audio' }> | null {
  if (input.type !== 'message' || input.role !== 'user') return null
  return input.content.find((part) => part.type === 'input_audio') ?? null
}

function itemFrom(draft: Draft, input: ItemInput, id: string): Item {
  const identity = { id, object: 'realtime.item', status: 'completed' } as const
  switch (input.type) {
    case 'function_call': {
      const { name, arguments: given, call_id: callId = makeId(draft, 'call') } = input
      return { ...identity, type: 'function_call', call_id: callId, name, arguments: given }
    }
    case 'function_call_output':
      return { ...identity, type: 'function_call_output', call_id: input.call_id, output: input.output }
    case 'mcp_approval_response': {
      const { approval_request_id: requestId, approve, reason = null } = input
      return { ...identity, type: 'mcp_approval_response', approval_request_id: requestId, approve, reason }
    }
    // What servers once said, told again by a client that restores a conversation.
    case 'mcp_list_tools':
    case 'mcp_call':
    case 'mcp_approval_request':
      return { ...input, ...identity }
    case 'message':
      return messageFrom(input, identity)
  }
}

function messageFrom(
  input: Extract<ItemInput, { type: 'message' }>,
  identity: Pick<Item, 'id' | 'object' | 'status'>,
): Item {
  const message = { ...identity, type: 'message' } as const
  switch (input.role) {
    case 'system':
      return { ...message, role: 'system', content: input.content }
    case 'assistant':
      return { ...message, role: 'assistant', content: input.content }
    case 'user': {
      const content = input.content.map((part) =>
        part.type === 'input_audio' ? { type: part.type, transcript: part.transcript ?? null } : part,
      )
      return { ...message, role: 'user', content }
    }
  }
}
