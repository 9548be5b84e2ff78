import { is } from '../../judgement/is.ts'
import type { Shape } from '../../judgement/shape.ts'
import { checksOf, type Misuse } from '../../script/checks.ts'
import { input, output, update } from '../../script/session.ts'

const taken = checksOf('session', 'What the session documents as allowed is taken and shown.')
const ranges = checksOf('session', 'A value out of range or not among the allowed ones is refused; param is its path.')
const gone = checksOf('session', 'Fields of the beta dialect do not exist in GA: unknown_parameter.')

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const accepted: readonly [name: string, fields: object, shape: Shape][] = [
  ['text as the only modality', { output_modalities: ['text'] }, { output_modalities: ['text'] }],
  [
    'G.711 µ-law input',
    input({ format: { type: 'audio/pcmu' } }),
    { audio: { input: { format: { type: 'audio/pcmu' } } } },
  ],
  [
    'G.711 A-law output',
    output({ format: { type: 'audio/pcma' } }),
    { audio: { output: { format: { type: 'audio/pcma' } } } },
  ],
  ['a speed of 1.5', output({ speed: 1.5 }), { audio: { output: { speed: 1.5 } } }],
  ['another voice before any audio', output({ voice: 'echo' }), { audio: { output: { voice: 'echo' } } }],
  ['4096 as max_output_tokens', { max_output_tokens: 4096 }, { max_output_tokens: 4096 }],
  ['"inf" as max_output_tokens', { max_output_tokens: 'inf' }, { max_output_tokens: 'inf' }],
  ['a function as a tool', { tools: [weather] }, { tools: [weather] }],
  ['tool_choice none', { tool_choice: 'none' }, { tool_choice: 'none' }],
  ['tool_choice required', { tool_choice: 'required' }, { tool_choice: 'required' }],
  [
    'a named function as tool_choice',
    { tools: [weather], tool_choice: { type: 'function', name: 'get_weather' } },
    { tool_choice: { type: 'function', name: 'get_weather' } },
  ],
  ['truncation disabled', { truncation: 'disabled' }, { truncation: 'disabled' }],
  [
    'truncation by a retention ratio',
    { truncation: { type: 'retention_ratio', retention_ratio: 0.8 } },
    { truncation: { type: 'retention_ratio', retention_ratio: 0.8 } },
  ],
  [
    'the log probabilities of transcripts in include',
    { include: ['item.input_audio_transcription.logprobs'] },
    { include: ['item.input_audio_transcription.logprobs'] },
  ],
  [
    'an idle timeout of 5 s',
    input({ turn_detection: { type: 'server_vad', idle_timeout_ms: 5_000 } }),
    { audio: { input: { turn_detection: { idle_timeout_ms: 5_000 } } } },
  ],
  [
    'semantic_vad with low eagerness',
    input({ turn_detection: { type: 'semantic_vad', eagerness: 'low' } }),
    { audio: { input: { turn_detection: { eagerness: 'low' } } } },
  ],
  [
    'far-field noise reduction',
    input({ noise_reduction: { type: 'far_field' } }),
    { audio: { input: { noise_reduction: { type: 'far_field' } } } },
  ],
]

const belowOrAbove = is.oneOf(
  'integer_below_min_value',
  'integer_above_max_value',
  'decimal_below_min_value',
  'decimal_above_max_value',
  'invalid_value',
)
const wrongValue = is.oneOf('invalid_value', 'invalid_type')

const refused = (name: string, fields: object, param: string, code: Shape): Misuse => ({
  name: `refuses ${name}`,
  send: { type: 'session.update', session: { type: 'realtime', ...fields } },
  code,
  param: is.startingWith(param),
})
const vad = (fields: object): object => input({ turn_detection: { type: 'server_vad', ...fields } })
const turns = 'session.audio.input.turn_detection'

export const valueChecks = [
  ...accepted.map(([name, fields, shape]) =>
    taken.fresh(`takes ${name}`, async (session) => update(session, fields, shape)),
  ),
  ...ranges.refusals([
    refused(
      'text and audio together',
      { output_modalities: ['text', 'audio'] },
      'session.output_modalities',
      'invalid_value',
    ),
    refused('an unknown modality', { output_modalities: ['smell'] }, 'session.output_modalities', wrongValue),
    refused('no modality at all', { output_modalities: [] }, 'session.output_modalities', is.present),
    refused('a threshold above 1', vad({ threshold: 1.5 }), `${turns}.threshold`, belowOrAbove),
    refused('a threshold below 0', vad({ threshold: -0.1 }), `${turns}.threshold`, belowOrAbove),
    refused('negative padding', vad({ prefix_padding_ms: -1 }), `${turns}.prefix_padding_ms`, belowOrAbove),
    refused('an idle timeout below 5 s', vad({ idle_timeout_ms: 4_999 }), `${turns}.idle_timeout_ms`, belowOrAbove),
    refused('an idle timeout above 30 s', vad({ idle_timeout_ms: 30_001 }), `${turns}.idle_timeout_ms`, belowOrAbove),
    refused('an unknown turn detection', input({ turn_detection: { type: 'telepathy' } }), turns, wrongValue),
    refused(
      'a threshold in semantic_vad',
      input({ turn_detection: { type: 'semantic_vad', threshold: 0.5 } }),
      `${turns}.threshold`,
      is.oneOf('unknown_parameter', 'invalid_value'),
    ),
    refused(
      'an unknown eagerness',
      input({ turn_detection: { type: 'semantic_vad', eagerness: 'keen' } }),
      `${turns}.eagerness`,
      wrongValue,
    ),
    refused('a speed above 1.5', output({ speed: 1.6 }), 'session.audio.output.speed', belowOrAbove),
    refused('a speed below 0.25', output({ speed: 0.2 }), 'session.audio.output.speed', belowOrAbove),
    refused('max_output_tokens above 4096', { max_output_tokens: 4097 }, 'session.max_output_tokens', belowOrAbove),
    refused('max_output_tokens of 0', { max_output_tokens: 0 }, 'session.max_output_tokens', belowOrAbove),
    refused(
      'pcm of 16 kHz',
      input({ format: { type: 'audio/pcm', rate: 16_000 } }),
      'session.audio.input.format',
      is.present,
    ),
    refused('an unknown format', output({ format: { type: 'audio/mp3' } }), 'session.audio.output.format', wrongValue),
    refused(
      'an unknown noise reduction',
      input({ noise_reduction: { type: 'magic' } }),
      'session.audio.input.noise_reduction',
      wrongValue,
    ),
    refused('an unknown tool_choice', { tool_choice: 'perhaps' }, 'session.tool_choice', wrongValue),
    refused(
      'a function without a name',
      { tools: [{ type: 'function' }] },
      'session.tools[0].name',
      'missing_required_parameter',
    ),
    refused('an unknown kind of tool', { tools: [{ type: 'hammer', name: 'x' }] }, 'session.tools[0]', is.present),
    refused('an unknown truncation', { truncation: 'sometimes' }, 'session.truncation', wrongValue),
    refused(
      'a retention ratio above 1',
      { truncation: { type: 'retention_ratio', retention_ratio: 2 } },
      'session.truncation',
      belowOrAbove,
    ),
    refused('an unknown include', { include: ['everything'] }, 'session.include', wrongValue),
  ]),
  ...gone.refusals(
    Object.entries({ temperature: 0.8, modalities: ['text'], voice: 'echo', input_audio_format: 'pcm16' }).map(
      ([field, value]) =>
        refused(`the beta field ${field}`, { [field]: value }, `session.${field}`, 'unknown_parameter'),
    ),
  ),
]
