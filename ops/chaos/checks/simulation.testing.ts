import { bytesOf } from '@voicebox/audio'
import {
  type ClientEvent,
  type Item,
  type ResponseObject,
  type ServerEventBody,
  defaultSession,
} from '@voicebox/protocol'
import { spell } from '../../../workers/tts/src/engines/stub/spelling.ts'
import type { Turn } from '../plan/conversations.ts'
import { silenceMs, spokenWords } from '../stage/answers.ts'
import type { Asked, Transcript } from '../transcript.ts'
import { eventNumber } from './event-number.ts'

/** A session as it should be: what the client does, and what a server without fault answers. */
export interface Simulation {
  turn(turn: Turn, play: () => void): void
  instruct(instructions: string): void
  /** Makes an item of the client's; answers its id. */
  item(item: MadeItem): string
  deletes(id: string): void
  truncate(id: string): void
  /** A turn that the server finds in the audio. */
  speak(startMs: number, endMs: number): void
  dictate(): void
  /** Asks for a response and gives it; answers the id of its item. */
  answer(asked: Asked, ending?: Ending): string
  /** The same, where the server asks itself. */
  reply(words: string, ending?: Ending): string
  /** Has the client ask for all items, and leave. */
  end(): Transcript
}

export type MadeItem = Extract<ClientEvent, { type: 'conversation.item.create' }>['item']

export interface Ending {
  status: 'completed' | 'cancelled' | 'failed'
  /** How many words come, and characters of audio. */
  words: number
  characters: number
  details: ResponseObject['status_details']
}

const whole: Ending = { status: 'completed', words: 99, characters: 999, details: null }

export function makeSimulation(kind: Transcript['kind']): Simulation {
  const transcript: Transcript = {
    name: 's',
    kind,
    sent: [],
    received: [],
    connections: [],
    turns: [],
    asked: {},
    journal: [],
  }
  const order: { id: string; item: Item }[] = []
  let atMs = 0
  let made = 0
  const name = (prefix: string): string => `${prefix}_${(made += 1)}`

  function send(event: ClientEvent): void {
    transcript.sent.push({ atMs: (atMs += 1), number: transcript.sent.length + 1, event })
  }
  function tell(body: ServerEventBody): void {
    const number = transcript.received.length * 2
    const id = `event_${'S'.repeat(15)}${number.toString().padStart(6, '0')}`
    transcript.received.push({ atMs: (atMs += 1), event: { ...body, event_id: id } })
  }
  const place = (item: Item): { item: Item; previous_item_id: string | null } => ({
    item,
    previous_item_id: order.at(-1)?.id ?? null,
  })
  function add(item: Item): void {
    tell({ type: 'conversation.item.added', ...place(item) })
    order.push({ id: item.id, item })
  }
  function settle(item: Item): void {
    const at = order.findIndex(({ id }) => id === item.id)
    order[at] = { id: item.id, item }
    tell({ type: 'conversation.item.done', item, previous_item_id: order[at - 1]?.id ?? null })
  }

  function utterance(id: string): void {
    const item: Item = {
      ...objectOf(id),
      type: 'message',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    }
    tell({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: place(item).previous_item_id })
    add(item)
    settle(item)
    const of = { item_id: id, content_index: 0 }
    tell({ type: 'conversation.item.input_audio_transcription.delta', ...of, delta: spokenWords })
    const usage = { type: 'duration' as const, seconds: 1 }
    tell({ type: 'conversation.item.input_audio_transcription.completed', ...of, transcript: spokenWords, usage })
    order[order.length - 1] = { id, item: { ...item, content: [{ type: 'input_audio', transcript: spokenWords }] } }
  }

  function respond({ words, modality, call }: Asked, tag: string | null, ending: Ending): string {
    const response: ResponseObject = {
      object: 'realtime.response',
      id: name('resp'),
      status: 'in_progress',
      status_details: null,
      output: [],
      conversation_id: 'conv_1',
      output_modalities: [modality],
      max_output_tokens: 'inf',
      audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy' } },
      usage: null,
      metadata: tag === null ? null : { turn: tag },
    }
    tell({ type: 'response.created', response })
    if (ending.status === 'cancelled' && ending.details?.type === 'cancelled' && tag !== null)
      send({ type: 'response.cancel', response_id: response.id, event_id: name('cancel') })
    const id = name('item')
    const of = { response_id: response.id, item_id: id, output_index: 0 }
    const in0 = { ...of, content_index: 0 }
    const status = ending.status === 'completed' ? 'completed' : 'incomplete'
    let item: Item
    if (call !== null) {
      item = {
        ...objectOf(id),
        type: 'function_call',
        name: call.name,
        call_id: 'call_1',
        arguments: '',
        status: 'in_progress',
      }
      tell({ type: 'response.output_item.added', response_id: response.id, output_index: 0, item })
      add(item)
      const half = call.arguments.length / 2
      for (const delta of [call.arguments.slice(0, half), call.arguments.slice(half)])
        tell({ type: 'response.function_call_arguments.delta', ...of, call_id: 'call_1', delta })
      tell({ type: 'response.function_call_arguments.done', ...of, call_id: 'call_1', ...call })
      item = { ...item, arguments: call.arguments, status }
    } else {
      item = { ...objectOf(id), type: 'message', role: 'assistant', content: [], status: 'in_progress' }
      tell({ type: 'response.output_item.added', response_id: response.id, output_index: 0, item })
      add(item)
      const said = words.split(/(?=\s)/).slice(0, ending.words)
      const text = said.join('')
      if (modality === 'audio') {
        tell({ type: 'response.content_part.added', ...in0, part: { type: 'audio', transcript: '' } })
        for (const delta of said) tell({ type: 'response.output_audio_transcript.delta', ...in0, delta })
        for (const delta of spoken(words, ending.characters))
          tell({ type: 'response.output_audio.delta', ...in0, delta })
        tell({ type: 'response.output_audio.done', ...in0 })
        tell({ type: 'response.output_audio_transcript.done', ...in0, transcript: text })
        tell({ type: 'response.content_part.done', ...in0, part: { type: 'audio', transcript: text } })
        item = { ...item, content: [{ type: 'output_audio', transcript: text }], status }
      } else {
        tell({ type: 'response.content_part.added', ...in0, part: { type: 'text', text: '' } })
        for (const delta of said) tell({ type: 'response.output_text.delta', ...in0, delta })
        tell({ type: 'response.output_text.done', ...in0, text })
        tell({ type: 'response.content_part.done', ...in0, part: { type: 'text', text } })
        item = { ...item, content: [{ type: 'output_text', text }], status }
      }
    }
    settle(item)
    tell({ type: 'response.output_item.done', response_id: response.id, output_index: 0, item })
    const { status: became, details } = ending
    tell({ type: 'response.done', response: { ...response, status: became, status_details: details, output: [item] } })
    return id
  }

  return {
    turn(turn, play) {
      const startedAtMs = (atMs += 1)
      const record = { turn, startedAtMs, endedAtMs: 0, stuckOn: null, speech: null }
      transcript.turns.push(record)
      play()
      record.endedAtMs = atMs
    },
    instruct(instructions) {
      send({ type: 'session.update', session: { type: 'realtime', instructions } })
      const session = { ...defaultSession({ id: 'sess_1', model: 'gpt-realtime', expiresAt: 1 }), instructions }
      tell({ type: 'session.updated', session })
    },
    item(item) {
      const id = name('mine')
      send({ type: 'conversation.item.create', item: { ...item, id } })
      const shown = { ...item, ...objectOf(id) } as Item
      add(shown)
      settle(shown)
      return id
    },
    deletes(id) {
      send({ type: 'conversation.item.delete', item_id: id })
      tell({ type: 'conversation.item.deleted', item_id: id })
      order.splice(
        order.findIndex((entry) => entry.id === id),
        1,
      )
    },
    truncate(id) {
      const cut = { item_id: id, content_index: 0, audio_end_ms: 500 }
      send({ type: 'conversation.item.truncate', ...cut })
      tell({ type: 'conversation.item.truncated', ...cut })
      const entry = order.find((one) => one.id === id)
      if (entry?.item.type === 'message' && entry.item.role === 'assistant')
        entry.item = { ...entry.item, content: [{ type: 'output_audio' }] }
    },
    speak(startMs, endMs) {
      const last = transcript.turns.at(-1)
      if (last !== undefined) last.speech = { startMs, endMs }
      const id = name('utterance')
      tell({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs - 100, item_id: id })
      tell({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs + silenceMs + 50, item_id: id })
      utterance(id)
    },
    dictate() {
      send({ type: 'input_audio_buffer.commit' })
      utterance(name('utterance'))
    },
    answer(asked, ending = whole) {
      const tag = name('turn')
      transcript.asked[tag] = asked
      send({ type: 'response.create', response: { metadata: { turn: tag } } })
      return respond(asked, tag, ending)
    },
    reply: (words, ending = whole) => respond({ words, modality: 'audio', call: null }, null, ending),
    end() {
      for (const { id, item } of order) {
        send({ type: 'conversation.item.retrieve', item_id: id })
        tell({ type: 'conversation.item.retrieved', item })
      }
      transcript.connections.push({ atMs: (atMs += 1), kind: 'closed', url: 'ws://a', code: 1000, reason: '' })
      transcript.journal = transcript.received.flatMap(({ event }) => eventNumber(event.event_id)?.number ?? [])
      return JSON.parse(JSON.stringify(transcript)) as Transcript // so that nothing in it is there twice
    },
  }
}

function objectOf(id: string): { id: string; object: 'realtime.item'; status: 'completed' } {
  return { id, object: 'realtime.item', status: 'completed' }
}

/** The audio of a text, in two pieces, a segment for each sentence. */
function spoken(words: string, characters: number): string[] {
  const text = words
    .split(/(?<=\.) /)
    .join('')
    .slice(0, characters)
  const { samples, cut } = spell({ text, voice: 'alloy', speed: 1 })
  const half = Math.floor(samples / 2)
  const pieces = [cut(0, half), cut(half, samples - half)]
  return pieces.map((piece) => Buffer.from(bytesOf(piece)).toString('base64'))
}
