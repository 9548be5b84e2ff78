import fc from 'fast-check'
import type { OutputAudioBufferClearEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { clientEvents } from './client-events.ts'
import { type OfficialClientEvent, officialClientEvents } from './openai-events.testing.ts'
import { officialItems } from './openai-items.testing.ts'
import type { Meant } from './openai-meant.testing.ts'
import { parseClientEvent } from './parse.ts'
import type { ServerEventOf, ServerEventType } from './server-events.ts'

type OpenAiEvent<T> = Extract<RealtimeServerEvent, { type: T }>

/** The wire writes null where OpenAI's types only know of absence. */
type NullsAbsent<T> = T extends object ? { [K in keyof T]: NullsAbsent<Exclude<T[K], null>> } : T

/** Sent only to clients that asked for it, by resuming a session. */
type Extension = 'session.resumed'
type Known = Exclude<ServerEventType, Extension>

type Misfit = {
  [T in Known]: NullsAbsent<ServerEventOf<T>> extends OpenAiEvent<T> ? never : T
}[Known]
type MisfitByNull = { [T in Known]: ServerEventOf<T> extends OpenAiEvent<T> ? never : T }[Known]

/** What a client may write, before defaults are filled in. */
type Written = z.input<(typeof clientEvents)[number]>
type SentBy<T> = Extract<OfficialClientEvent, { type: T }>
type Unread = {
  [T in OfficialClientEvent['type']]: Meant<SentBy<T>> extends Extract<Written, { type: T }> ? never : T
}[OfficialClientEvent['type']]

describe('the official client', () => {
  it('has a type for every server event but the extensions', () => {
    expectTypeOf<OpenAiEvent<Extension>>().toEqualTypeOf<never>()
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

  it('has no type for a client event that would be refused', () => {
    expectTypeOf<Unread>().toEqualTypeOf<never>()
    expectTypeOf<OfficialClientEvent['type']>().toEqualTypeOf<Written['type']>()
  })

  it.each(Object.entries(officialClientEvents))('may send any %s that its types allow', (_, events) => {
    fc.assert(
      fc.property(events, (event) => {
        expect(parseClientEvent(JSON.stringify(event))).toMatchObject({ ok: true })
      }),
    )
  })

  it.each(Object.entries(officialItems))('may create any item of kind %s that its types allow', (_, items) => {
    const frame = (item: unknown) => JSON.stringify({ type: 'conversation.item.create', item })
    fc.assert(
      fc.property(items, (item) => {
        expect(parseClientEvent(frame(item))).toMatchObject({ ok: true })
      }),
    )
  })

  it('may not clear a buffer of output, which a WebSocket does not have', () => {
    const clear: OutputAudioBufferClearEvent = { type: 'output_audio_buffer.clear' }
    expect(parseClientEvent(JSON.stringify(clear))).toMatchObject({
      ok: false,
      error: { code: 'invalid_value', param: 'type' },
    })
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
