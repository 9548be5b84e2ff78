import { describe, expect, it } from 'vitest'
import type { ClientEvent } from './client-events.ts'
import { parseClientEvent } from './parse.ts'
import { clientSamples } from './samples.testing.ts'
import type { WireError } from './wire-error.ts'

const parse = (value: unknown) => parseClientEvent(JSON.stringify(value))

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

const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } })
const create = (item: object) => ({ type: 'conversation.item.create', item })
const truncate = (audio_end_ms: unknown) => ({
  type: 'conversation.item.truncate',
  item_id: 'item_1',
  content_index: 0,
  audio_end_ms,
})
const say = (role: string, ...content: object[]) => create({ type: 'message', role, content })

describe('parseClientEvent', () => {
  it.each(Object.values(clientSamples))('accepts $type as it is', (event) => {
    expect(accepted(event)).toEqual(event)
  })

  it('fills in what a bare turn detection, format and transcription leave out', () => {
    const input = (value: object) => update({ audio: { input: value } })
    const vad = { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200, idle_timeout_ms: null }
    const follow = { create_response: true, interrupt_response: true }
    expect(accepted(input({ turn_detection: { type: 'server_vad' } }))).toEqual(
      input({ turn_detection: { type: 'server_vad', ...vad, ...follow } }),
    )
    expect(accepted(input({ turn_detection: { type: 'semantic_vad' } }))).toEqual(
      input({ turn_detection: { type: 'semantic_vad', eagerness: 'auto', ...follow } }),
    )
    expect(accepted(input({ format: { type: 'audio/pcm' }, transcription: { model: 'whisper-1' } }))).toEqual(
      input({
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: { model: 'whisper-1', language: null, prompt: null },
      }),
    )
  })

  it('adds nothing to a session that a client leaves out', () => {
    expect(accepted(update({}))).toEqual(update({}))
    expect(accepted(update({ audio: {} }))).toEqual(update({ audio: {} }))
  })

  it('takes null where it switches something off', () => {
    const off = update({
      tracing: null,
      prompt: null,
      audio: { input: { turn_detection: null, transcription: null, noise_reduction: null } },
    })
    expect(accepted(off)).toEqual(off)
  })

  it('makes output_text of every spelling of the assistant’s text', () => {
    const event = say('assistant', { type: 'text', text: 'a' }, { type: 'output_text', text: 'b' })
    const plain = say('assistant', { type: 'output_text', text: 'a' }, { type: 'output_text', text: 'b' })
    expect(accepted(event)).toEqual(plain)
  })

  it.each(['', '{', '\u0000'])('answers invalid_json to %j', (text) => {
    const parsed = parseClientEvent(text)
    expect(parsed).toMatchObject({ ok: false, error: { code: 'invalid_json', param: null, event_id: null } })
  })

  it.each([null, 1, 'x', [], {}, { type: 1 }, { type: null }])('answers invalid_event to %j', (value) => {
    expect(refusal(value)).toMatchObject({ type: 'invalid_request_error', code: 'invalid_event', param: null })
  })

  it('names the client’s event_id in the error, unless it is none', () => {
    const cases: [unknown, string | null][] = [
      ['mine', 'mine'],
      ['x'.repeat(513), null],
      [5, null],
    ]
    for (const [event_id, echoed] of cases) {
      expect(refusal({ event_id })).toMatchObject({ event_id: echoed })
      expect(refusal({ type: 'nonsense', event_id })).toMatchObject({ event_id: echoed })
      expect(refusal({ type: 'session.update', event_id })).toMatchObject({ event_id: echoed })
    }
  })

  const tool = { type: 'function', name: 'f' }
  const audioMessage = 'Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an'
  const turn = (value: object) => update({ audio: { input: { turn_detection: value } } })
  const turnPath = 'session.audio.input.turn_detection'

  it.each<[string, unknown, string, string]>([
    // an unknown type
    ['invalid_value', { type: 'x' }, 'type', "Invalid value: 'x'. Supported values are: 'session.update',"],
    ['invalid_value', { type: '__proto__' }, 'type', "Invalid value: '__proto__'."],
    // a field too few
    ['missing_required_parameter', { type: 'session.update' }, 'session', "Missing required parameter: 'session'."],
    ['missing_required_parameter', { type: 'session.update', session: {} }, 'session.type', "'session.type'"],
    ['missing_required_parameter', { type: 'input_audio_buffer.append' }, 'audio', "parameter: 'audio'."],
    ['missing_required_parameter', turn({ threshold: 0.4 }), `${turnPath}.type`, `parameter: '${turnPath}.type'.`],
    ['missing_required_parameter', create({ type: 'message', content: [] }), 'item.role', "'item.role'"],
    [
      'missing_required_parameter',
      say('assistant', { type: 'output_audio', audio: 'AAAA' }),
      'item.content[0].text',
      '',
    ],
    // a field too many
    ['unknown_parameter', update({ temperature: 0.8 }), 'session.temperature', "parameter: 'session.temperature'."],
    ['unknown_parameter', update({ type: 'transcription', instructions: '' }), 'session.instructions', ''],
    ['unknown_parameter', update({ audio: { output: { x: 1 } } }), 'session.audio.output.x', ''],
    ['unknown_parameter', turn({ type: 'semantic_vad', threshold: 0.5 }), `${turnPath}.threshold`, ''],
    ['unknown_parameter', { type: 'input_audio_buffer.commit', audio: '' }, 'audio', "Unknown parameter: 'audio'."],
    // another kind of JSON
    [
      'invalid_type',
      { type: 'session.update', session: 'x' },
      'session',
      'expected an object, but got a string instead',
    ],
    ['invalid_type', update({ instructions: null }), 'session.instructions', 'expected a string, but got null instead'],
    ['invalid_type', update({ max_output_tokens: 1.5 }), 'session.max_output_tokens', 'an integer, but got a decimal'],
    [
      'invalid_type',
      update({ max_output_tokens: [] }),
      'session.max_output_tokens',
      'an integer or a string, but got an',
    ],
    ['invalid_type', update({ tool_choice: 5 }), 'session.tool_choice', 'expected a string or an object'],
    ['invalid_type', update({ audio: { output: { voice: 3 } } }), 'session.audio.output.voice', ''],
    ['invalid_type', turn({ type: 4 }), `${turnPath}.type`, 'expected a string, but got an integer'],
    ['invalid_type', { type: 'input_audio_buffer.append', audio: 7 }, 'audio', 'expected a string'],
    ['invalid_type', { type: 'response.cancel', event_id: 7 }, 'event_id', ''],
    // a value outside the choice
    ['invalid_value', update({ type: 'translation' }), 'session.type', "values are: 'realtime' and 'transcription'."],
    ['invalid_value', update({ max_output_tokens: 'much' }), 'session.max_output_tokens', "values are: 'inf'."],
    ['invalid_value', update({ tool_choice: 'maybe' }), 'session.tool_choice', "'none', 'auto', and 'required'."],
    [
      'invalid_value',
      update({ output_modalities: ['audio', 'text'] }),
      'session.output_modalities',
      "['text'] and ['a",
    ],
    ['invalid_value', update({ output_modalities: [] }), 'session.output_modalities', 'Supported combinations are'],
    ['invalid_value', update({ output_modalities: ['video'] }), 'session.output_modalities[0]', "'audio' and 'text'."],
    ['invalid_value', turn({ type: 'vad' }), `${turnPath}.type`, "Invalid value: 'vad'. Supported values are: 'server"],
    [
      'invalid_value',
      update({ audio: { input: { format: { type: 'pcm16' } } } }),
      'session.audio.input.format.type',
      '',
    ],
    [
      'invalid_value',
      update({ audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } }),
      'session.audio.input.format.rate',
      'Invalid value: 16000. Supported values are: 24000.',
    ],
    [
      'invalid_value',
      say('user', { type: 'output_text', text: '' }),
      'item.content[0].type',
      "'input_text', 'input_audio', and 'input_image'.",
    ],
    ['invalid_value', say('system', { type: 'input_audio', audio: 'AAAA' }), 'item.content[0].type', "'input_text'."],
    ['invalid_value', say('assistant', { type: 'input_text', text: '' }), 'item.content[0].type', "'output_text'"],
    ['invalid_value', say('tool'), 'item.role', "'system', 'user', and 'assistant'."],
    ['invalid_value', create({ type: 'note' }), 'item.type', "Supported values are: 'message', 'function_call',"],
    [
      'invalid_value',
      { type: 'response.create', response: { input: [{ type: 'x' }] } },
      'response.input[0].type',
      'item_ref',
    ],
    // numbers out of range
    ['integer_below_min_value', update({ max_output_tokens: 0 }), 'session.max_output_tokens', '>= 1, but got 0'],
    [
      'integer_above_max_value',
      update({ max_output_tokens: 4097 }),
      'session.max_output_tokens',
      '<= 4096, but got 4097',
    ],
    [
      'integer_above_max_value',
      turn({ type: 'server_vad', prefix_padding_ms: 1e300 }),
      `${turnPath}.prefix_padding_ms`,
      '',
    ],
    ['integer_below_min_value', turn({ type: 'server_vad', idle_timeout_ms: 4999 }), `${turnPath}.idle_timeout_ms`, ''],
    [
      'integer_above_max_value',
      turn({ type: 'server_vad', idle_timeout_ms: 30_001 }),
      `${turnPath}.idle_timeout_ms`,
      '',
    ],
    [
      'decimal_below_min_value',
      turn({ type: 'server_vad', threshold: -0.1 }),
      `${turnPath}.threshold`,
      'decimal below',
    ],
    ['decimal_above_max_value', update({ audio: { output: { speed: 2 } } }), 'session.audio.output.speed', '<= 1.5'],
    ['integer_below_min_value', truncate(-1), 'audio_end_ms', '>= 0, but got -1'],
    ['integer_above_max_value', truncate(1e300), 'audio_end_ms', ''],
    ['invalid_type', truncate(0.5), 'audio_end_ms', 'expected an integer, but got a decimal number instead'],
    ['invalid_type', truncate('900'), 'audio_end_ms', 'expected an integer, but got a string instead'],
    ['missing_required_parameter', truncate(undefined), 'audio_end_ms', ''],
    // strings, lists and pairs too many
    [
      'string_above_max_length',
      { ...say('user'), event_id: 'x'.repeat(513) },
      'event_id',
      'maximum length 512, but got 513',
    ],
    [
      'string_above_max_length',
      create({ type: 'message', role: 'user', content: [], id: 'x'.repeat(33) }),
      'item.id',
      '33',
    ],
    [
      'string_above_max_length',
      say('user', { type: 'input_text', text: 'x'.repeat(256_001) }),
      'item.content[0].text',
      '',
    ],
    ['string_above_max_length', update({ instructions: 'x'.repeat(256_001) }), 'session.instructions', ''],
    ['string_above_max_length', { type: 'response.cancel', response_id: 'x'.repeat(513) }, 'response_id', ''],
    [
      'array_above_max_length',
      { type: 'response.create', response: { input: Array(1_001).fill({ type: 'item_reference', id: 'item_1' }) } },
      'response.input',
      'maximum length 1000, but got 1001',
    ],
    [
      'array_above_max_length',
      update({ tools: Array.from({ length: 129 }, (_, index) => ({ ...tool, name: `f${index}` })) }),
      'session.tools',
      'maximum length 128, but got 129',
    ],
    // audio
    [
      'invalid_value',
      { type: 'input_audio_buffer.append', audio: '' },
      'audio',
      `Invalid 'audio'. ${audioMessage} empty`,
    ],
    [
      'invalid_value',
      { type: 'input_audio_buffer.append', audio: 'AAA' },
      'audio',
      `Invalid 'audio'. ${audioMessage} inv`,
    ],
    ['invalid_value', say('user', { type: 'input_audio', audio: 'no!!' }), 'item.content[0].audio', audioMessage],
  ])('answers %s, case %$', (code, value, param, message) => {
    const error = refusal(value)
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: null })
    expect(error.message).toContain(message)
  })

  it('bounds the metadata of a response', () => {
    const create = (metadata: object) => ({ type: 'response.create', response: { metadata } })
    const pairs = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`key${index}`, 'value']))
    expect(accepted(create(pairs(16)))).toEqual(create(pairs(16)))
    expect(refusal(create(pairs(17)))).toMatchObject({
      code: 'object_above_max_properties',
      param: 'response.metadata',
    })
    expect(refusal(create({ k: 'v'.repeat(513) }))).toMatchObject({
      code: 'string_above_max_length',
      param: 'response.metadata.k',
    })
    expect(refusal(create({ ['k'.repeat(65)]: '' }))).toMatchObject({ code: 'string_above_max_length' })
    expect(refusal(create({ k: 1 }))).toMatchObject({ code: 'invalid_type', param: 'response.metadata.k' })
  })

  it('takes 15 MiB of audio at a time and no more', () => {
    const append = (length: number) => ({ type: 'input_audio_buffer.append', audio: 'A'.repeat(length) })
    expect(parse(append(20_971_520)).ok).toBe(true)
    expect(refusal(append(20_971_524))).toMatchObject({ code: 'string_above_max_length', param: 'audio' })
  })

  it('refuses JSON of unknown shape that is too deep to be echoed', () => {
    const nested = (depth: number) => `{"x":`.repeat(depth) + '1' + '}'.repeat(depth)
    const frame = (depth: number) =>
      `{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"f","parameters":${nested(depth)}}]}}`
    expect(parseClientEvent(frame(50)).ok).toBe(true)
    expect(parseClientEvent(frame(100_000))).toMatchObject({
      ok: false,
      error: { code: 'invalid_value', param: 'session.tools[0].parameters' },
    })
  })

  it('refuses JSON of unknown shape that is too long to be kept', () => {
    const described = (length: number) =>
      update({ tools: [{ ...tool, parameters: { description: 'x'.repeat(length) } }] })
    expect(parse(described(131_000)).ok).toBe(true)
    expect(refusal(described(132_000))).toMatchObject({
      code: 'invalid_value',
      param: 'session.tools[0].parameters',
    })
  })

  it('repeats no more than a little of what it was sent', () => {
    expect(refusal({ type: 'x'.repeat(100_000) }).message.length).toBeLessThan(600)
    expect(refusal({ type: 'response.cancel', ['y'.repeat(100_000)]: 1 }).message.length).toBeLessThan(600)
  })
})
