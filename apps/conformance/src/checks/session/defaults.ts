import type { Check } from '../../check.ts'
import { is } from '../../judgement/is.ts'
import { read } from '../../judgement/read.ts'
import { expectShape, type Shape } from '../../judgement/shape.ts'
import { checksOf } from '../../script/checks.ts'
import { sessionOf } from '../../script/session.ts'

const defaults = checksOf('session', 'A new session shows all its fields, each with its documented default.')

const pcm = { type: 'audio/pcm', rate: 24_000 }

/** What a session is before its first update, field by field. */
const fields: readonly [name: string, path: string, shape: Shape][] = [
  ['is of type realtime', 'type', 'realtime'],
  ['is a realtime.session', 'object', 'realtime.session'],
  ['has an id that begins with sess_', 'id', is.id('sess')],
  ['answers in audio', 'output_modalities', ['audio']],
  ['has instructions, if empty ones', 'instructions', is.text],
  ['hears pcm of 24 kHz', 'audio.input.format', pcm],
  ['transcribes nothing', 'audio.input.transcription', null],
  ['reduces no noise', 'audio.input.noise_reduction', null],
  [
    // The reference says 500 ms of silence, every official example and the live server 200.
    'ends turns by server_vad with its defaults',
    'audio.input.turn_detection',
    {
      type: 'server_vad',
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: is.oneOf(200, 500),
      create_response: true,
      interrupt_response: true,
    },
  ],
  ['has no idle timeout', 'audio.input.turn_detection.idle_timeout_ms', null],
  ['speaks pcm of 24 kHz', 'audio.output.format', pcm],
  ['speaks with the voice alloy', 'audio.output.voice', 'alloy'],
  ['speaks at speed 1', 'audio.output.speed', 1],
  ['has no limit of output tokens', 'max_output_tokens', 'inf'],
  ['has no tools', 'tools', []],
  ['leaves the choice of tools to the model', 'tool_choice', 'auto'],
  ['is not traced', 'tracing', null],
  ['truncates by itself', 'truncation', 'auto'],
  ['has no stored prompt', 'prompt', null],
  ['includes nothing extra', 'include', null],
  ['has no temperature', 'temperature', is.absent],
]

export const defaultChecks: readonly Check[] = [
  ...fields.map(([name, path, shape]) =>
    defaults.fresh(`a new session ${name}`, async ({ greeting }) => {
      expectShape(`session.${path}`, read(sessionOf(greeting), path), shape)
    }),
  ),
  defaults.fresh('a new session says when it ends, within the hour', async ({ greeting }) => {
    const now = Date.now() / 1_000
    expectShape('session.expires_at', sessionOf(greeting)['expires_at'], is.between(now, now + 3_700))
  }),
]
