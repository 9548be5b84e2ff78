import { describe, expect, it } from 'vitest'
import type { ClientEvent } from '../client-events.ts'
import { clientSamples } from '../samples.testing.ts'
import type { WireError } from '../wire-error.ts'
import { betaDialect } from './dialect.ts'
import { betaClientSamples } from './samples.testing.ts'

const parse = (value: unknown) => betaDialect.parse(JSON.stringify(value))

function accepted(value: unknown): ClientEvent {
  const parsed = parse(value)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.event
}

function refusal(value: unknown): WireError {
  const parsed = parse(value)
  if (parsed.ok) throw new Error('accepted')
  return parsed.error
}

const update = (session: object) => ({ type: 'session.update', session })
const transcribe = (session: object) => ({ type: 'transcription_session.update', session })
const respond = (response: object) => ({ type: 'response.create', response })
const say = (role: string, ...content: object[]) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role, content },
})

describe('a client of the beta dialect', () => {
  it('updates a session, flat as its fields are', () => {
    expect(accepted(betaClientSamples['session.update'])).toEqual({
      type: 'session.update',
      event_id: 'mine_1',
      session: {
        type: 'realtime',
        model: 'gpt-4o-realtime-preview',
        output_modalities: ['audio'],
        instructions: 'Be brief.',
        tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
        tool_choice: 'required',
        temperature: 0.7,
        max_output_tokens: 1024,
        tracing: 'auto',
        prompt: { id: 'pmpt_1' },
        include: ['item.input_audio_transcription.logprobs'],
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            transcription: { model: 'whisper-1', language: 'en', prompt: null },
            noise_reduction: { type: 'near_field' },
            turn_detection: {
              type: 'server_vad',
              threshold: 0.4,
              prefix_padding_ms: 300,
              silence_duration_ms: 200,
              idle_timeout_ms: null,
              create_response: false,
              interrupt_response: true,
            },
          },
          output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'sage', speed: 1.25 },
        },
      },
    })
  })

  it('updates a transcription session under a name of its own', () => {
    expect(accepted(betaClientSamples['transcription_session.update'])).toEqual({
      type: 'session.update',
      session: {
        type: 'transcription',
        include: ['item.input_audio_transcription.logprobs'],
        audio: {
          input: {
            format: { type: 'audio/pcma' },
            transcription: { model: 'gpt-4o-transcribe', language: null, prompt: 'Names.' },
            noise_reduction: null,
            turn_detection: {
              type: 'semantic_vad',
              eagerness: 'low',
              create_response: true,
              interrupt_response: true,
            },
          },
        },
      },
    })
  })

  it('leaves alone what it leaves out, and switches off what it makes null', () => {
    expect(accepted(update({}))).toEqual(update({ type: 'realtime' }))
    const off = { turn_detection: null, input_audio_transcription: null, input_audio_noise_reduction: null }
    expect(accepted(update(off))).toEqual(
      update({
        type: 'realtime',
        audio: { input: { turn_detection: null, transcription: null, noise_reduction: null } },
      }),
    )
  })

  it('asks for a response, flat as its fields are', () => {
    expect(accepted(betaClientSamples['response.create'])).toEqual(
      respond({
        conversation: 'none',
        output_modalities: ['audio'],
        instructions: 'Be brief.',
        tools: [{ type: 'function', name: 'weather' }],
        tool_choice: { type: 'function', name: 'weather' },
        temperature: 1.2,
        max_output_tokens: 'inf',
        metadata: { topic: 'weather' },
        audio: { output: { format: { type: 'audio/pcma' }, voice: 'sage' } },
        input: [
          { type: 'item_reference', id: 'item_1' },
          { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] },
          { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        ],
      }),
    )
    expect(accepted(respond({ max_output_tokens: 7 }))).toEqual(respond({ max_output_tokens: 7 }))
    expect(accepted({ type: 'response.create' })).toEqual({ type: 'response.create' })
  })

  it('refers to items from within a message', () => {
    const text = (words: string) => ({ type: 'input_text', text: words })
    const reference = { type: 'item_reference', id: 'item_1' }
    const message = (...content: object[]) => ({ type: 'message', role: 'user', content })
    const input = (...entries: object[]) => respond({ input: entries })
    expect(accepted(input(message(text('a'), text('b'), reference, text('c'))))).toEqual(
      input(message(text('a'), text('b')), reference, message(text('c'))),
    )
    expect(accepted(input(message(reference), message()))).toEqual(input(reference, message()))
  })

  it('calls the assistant’s text `text`', () => {
    expect(accepted(say('assistant', { type: 'text', text: 'a' }))).toEqual(
      say('assistant', { type: 'output_text', text: 'a' }),
    )
  })

  it.each(Object.values(clientSamples).filter(({ type }) => !(type in betaClientSamples)))(
    'sends $type as anyone does',
    (event) => {
      expect(accepted(event)).toEqual(event)
    },
  )

  it.each<[string, unknown, string, string]>([
    ['invalid_value', { type: 'x' }, 'type', "'response.cancel', and 'transcription_session.update'."],
    ['invalid_value', { type: 'output_audio_buffer.clear' }, 'type', ''],
    ['unknown_parameter', update({ type: 'realtime' }), 'session.type', "Unknown parameter: 'session.type'."],
    ['unknown_parameter', update({ audio: {} }), 'session.audio', ''],
    ['unknown_parameter', update({ output_modalities: ['text'] }), 'session.output_modalities', ''],
    ['unknown_parameter', update({ turn_detection: { idle_timeout_ms: null } }), turn('idle_timeout_ms'), ''],
    ['unknown_parameter', transcribe({ voice: 'sage' }), 'session.voice', ''],
    ['unknown_parameter', respond({ reasoning: {} }), 'response.reasoning', ''],
    ['invalid_value', update({ modalities: ['audio'] }), 'session.modalities', "['text'] and ['audio', 'text']."],
    ['invalid_value', update({ modalities: [] }), 'session.modalities', ''],
    ['invalid_value', update({ modalities: ['text', 'text'] }), 'session.modalities', ''],
    ['invalid_value', respond({ modalities: ['video'] }), 'response.modalities[0]', "'text' and 'audio'."],
    [
      'invalid_value',
      update({ input_audio_format: 'audio/pcm' }),
      'session.input_audio_format',
      "'pcm16', 'g711_ulaw'",
    ],
    ['invalid_type', update({ voice: { id: 'mine' } }), 'session.voice', 'expected a string, but got an object'],
    ['invalid_value', update({ tools: [{ type: 'mcp' }] }), 'session.tools[0].type', "'function'"],
    ['invalid_value', update({ tool_choice: 'maybe' }), 'session.tool_choice', "'none', 'auto', and 'required'."],
    ['decimal_below_min_value', update({ temperature: 0.5 }), 'session.temperature', '>= 0.6, but got 0.5'],
    ['decimal_above_max_value', update({ temperature: 1.3 }), 'session.temperature', '<= 1.2, but got 1.3'],
    ['decimal_above_max_value', respond({ temperature: 2 }), 'response.temperature', ''],
    ['decimal_above_max_value', update({ turn_detection: { threshold: 2 } }), turn('threshold'), ''],
    ['invalid_value', update({ turn_detection: { type: 'vad' } }), turn('type'), "'server_vad' and 'semantic_vad'."],
    [
      'integer_above_max_value',
      update({ max_response_output_tokens: 4097 }),
      'session.max_response_output_tokens',
      '4097',
    ],
    [
      'invalid_value',
      say('assistant', { type: 'output_text', text: '' }),
      'item.content[0].type',
      "'text' and 'audio'.",
    ],
    ['missing_required_parameter', say('assistant', { type: 'audio', audio: 'AAAA' }), 'item.content[0].text', ''],
    ['invalid_value', say('user', { type: 'input_image' }), 'item.content[0].type', "'input_text' and 'input_audio'."],
    ['invalid_value', say('user', { type: 'item_reference', id: 'x' }), 'item.content[0].type', ''],
  ])('is answered %s, case %$', (code, value, param, message) => {
    const error = refusal(value)
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: null })
    expect(error.message).toContain(message)
  })
})

function turn(field: string): string {
  return `session.turn_detection.${field}`
}
