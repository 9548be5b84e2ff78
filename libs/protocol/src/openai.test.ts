import type {
  ConversationItemCreateEvent,
  InputAudioBufferAppendEvent,
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
  RealtimeServerEvent,
  ResponseCancelEvent,
  ResponseCreateEvent,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ClientEventOf } from './client-events.ts'
import { parseClientEvent } from './parse.ts'
import type { ServerEventOf, ServerEventType } from './server-events.ts'

type OpenAiEvent<T> = Extract<RealtimeServerEvent, { type: T }>

/** The wire writes null where OpenAI's types only know of absence. */
type NullsAbsent<T> = T extends object ? { [K in keyof T]: NullsAbsent<Exclude<T[K], null>> } : T

type Misfit = {
  [T in ServerEventType]: NullsAbsent<ServerEventOf<T>> extends OpenAiEvent<T> ? never : T
}[ServerEventType]
type MisfitByNull = { [T in ServerEventType]: ServerEventOf<T> extends OpenAiEvent<T> ? never : T }[ServerEventType]

describe('the official client', () => {
  it('has a type for every server event', () => {
    expectTypeOf<Misfit>().toEqualTypeOf<never>()
    expectTypeOf<MisfitByNull>().toEqualTypeOf<
      | 'session.created'
      | 'session.updated'
      | 'response.created'
      | 'response.done'
      | 'conversation.item.added'
      | 'conversation.item.done'
      | 'conversation.item.retrieved'
      | 'response.output_item.added'
      | 'response.output_item.done'
    >()
  })

  it('has types that simple client events fit', () => {
    expectTypeOf<InputAudioBufferAppendEvent>().toExtend<ClientEventOf<'input_audio_buffer.append'>>()
    expectTypeOf<InputAudioBufferCommitEvent>().toExtend<ClientEventOf<'input_audio_buffer.commit'>>()
    expectTypeOf<InputAudioBufferClearEvent>().toExtend<ClientEventOf<'input_audio_buffer.clear'>>()
    expectTypeOf<ResponseCancelEvent>().toExtend<ClientEventOf<'response.cancel'>>()
  })

  it.each<SessionUpdateEvent | ConversationItemCreateEvent | ResponseCreateEvent>([
    { type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.', truncation: 'disabled' } },
    {
      type: 'session.update',
      session: {
        type: 'realtime',
        model: 'gpt-realtime-2.1',
        output_modalities: ['audio'],
        tools: [{ type: 'function', name: 'weather', parameters: { type: 'object', properties: {} } }],
        tool_choice: 'auto',
        tracing: null,
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: { model: 'gpt-4o-mini-transcribe' },
            turn_detection: { type: 'semantic_vad' },
            noise_reduction: { type: 'far_field' },
          },
          output: { format: { type: 'audio/pcma' }, voice: 'cedar', speed: 1 },
        },
      },
    },
    {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Good day.' }] },
    },
    { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'call_1', output: '{}' } },
    { type: 'response.create' },
    {
      type: 'response.create',
      response: { conversation: 'none', input: [], metadata: { topic: 'x' }, output_modalities: ['text'] },
    },
  ])('may send %j', (event) => {
    expect(parseClientEvent(JSON.stringify(event))).toMatchObject({ ok: true, event })
  })

  it('may start as the agents SDK does', () => {
    const session = {
      type: 'realtime',
      instructions: 'You are a helpful assistant.',
      model: 'gpt-realtime-2.1',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          noise_reduction: null,
          transcription: { model: 'gpt-4o-mini-transcribe' },
          turn_detection: { type: 'semantic_vad' },
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, speed: 1 },
      },
    }
    const tracing = { workflow_name: 'Realtime', group_id: 'g', metadata: { a: 1 } }
    for (const patch of [session, { type: 'realtime', tracing }, { type: 'realtime', tracing: 'auto' }]) {
      expect(parseClientEvent(JSON.stringify({ type: 'session.update', session: patch }))).toMatchObject({ ok: true })
    }
  })
})
