import { is } from '../../judgement/is.ts'
import { expectShape, type Shape } from '../../judgement/shape.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { refuses } from '../../script/refuses.ts'
import { input, output, sessionOf, update } from '../../script/session.ts'

const merge = checksOf(
  'session',
  'session.update changes only the fields it names, and is answered with the whole session.',
)
const whole = checksOf(
  'session',
  'turn_detection and its like are replaced whole; what they leave out gets its default.',
)
const clear = checksOf('session', 'An empty text clears instructions, an empty list tools, and null what can be off.')
const atomic = checksOf('session', 'A refused update changes nothing.')
const order = checksOf('session', 'Each accepted session.update is answered by one session.updated, in order.')

const vad = (fields: object = {}): object => input({ turn_detection: { type: 'server_vad', ...fields } })

export const mergingChecks = [
  merge.fresh('keeps what an update leaves out', async (session) => {
    const before = sessionOf(session.greeting)
    const after = await update(session, { instructions: 'Be brief.' })
    // What came as JSON is a shape of plain values.
    expectShape('session', after, { ...(before as Record<string, Shape>), instructions: 'Be brief.' })
  }),
  merge.fresh('keeps a changed field through the next update', async (session) => {
    await update(session, { instructions: 'Be brief.' }, { instructions: 'Be brief.' })
    await update(session, { max_output_tokens: 99 }, { instructions: 'Be brief.', max_output_tokens: 99 })
  }),
  merge.fresh('reaches into audio.output without touching its other fields', async (session) => {
    const shape = { format: { type: 'audio/pcm' }, voice: is.voice, speed: 1.25 }
    await update(session, output({ speed: 1.25 }), {
      audio: { output: shape, input: { format: { type: 'audio/pcm' } } },
    })
  }),
  merge.fresh('reaches into audio.input without touching its other fields', async (session) => {
    await update(session, input({ noise_reduction: { type: 'near_field' } }), {
      audio: { input: { noise_reduction: { type: 'near_field' }, turn_detection: { type: 'server_vad' } } },
    })
  }),
  merge.fresh('takes an update of nothing but the type', async (session) => {
    await update(session, {}, { id: sessionOf(session.greeting)['id'] as string, type: 'realtime' })
  }),
  whole.fresh('replaces turn_detection whole and fills its defaults', async (session) => {
    await update(session, vad({ threshold: 0.8, prefix_padding_ms: 120 }), {
      audio: { input: { turn_detection: { threshold: 0.8, prefix_padding_ms: 120 } } },
    })
    await update(session, vad({ silence_duration_ms: 700 }), {
      audio: { input: { turn_detection: { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 700 } } },
    })
  }),
  whole.fresh('fills the defaults of semantic_vad, and shows no threshold there', async (session) => {
    await update(session, input({ turn_detection: { type: 'semantic_vad' } }), {
      audio: {
        input: {
          turn_detection: {
            type: 'semantic_vad',
            eagerness: 'auto',
            create_response: true,
            interrupt_response: true,
            threshold: is.nothing,
          },
        },
      },
    })
  }),
  whole.fresh('shows the language and prompt of a transcription as null where they were not given', async (session) => {
    await update(session, input({ transcription: { model: 'gpt-4o-mini-transcribe' } }), {
      audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe', language: null, prompt: null } } },
    })
  }),
  clear.fresh('clears instructions with an empty text', async (session) => {
    await update(session, { instructions: 'Be brief.' })
    await update(session, { instructions: '' }, { instructions: '' })
  }),
  clear.fresh('clears tools with an empty list', async (session) => {
    const tool = {
      type: 'function',
      name: 'f',
      description: 'A function.',
      parameters: { type: 'object', properties: {} },
    }
    await update(session, { tools: [tool] }, { tools: [{ type: 'function', name: 'f' }] })
    await update(session, { tools: [] }, { tools: [] })
  }),
  ...(['turn_detection', 'transcription', 'noise_reduction'] as const).map((field) =>
    clear.fresh(`turns ${field} off with null`, async (session) => {
      await update(session, input({ noise_reduction: { type: 'far_field' } }))
      await update(session, input({ [field]: null }), { audio: { input: { [field]: null } } })
    }),
  ),
  ...(['tracing', 'prompt', 'include'] as const).map((field) =>
    clear.fresh(`takes null for ${field}`, async (session) => {
      await update(session, { [field]: null }, { [field]: null })
    }),
  ),
  atomic.fresh('changes nothing where one field of an update is wrong', async (session) => {
    const before = sessionOf(session.greeting)['instructions'] as string
    const send = { type: 'session.update', session: { type: 'realtime', instructions: 'Be rude.', colour: 1 } }
    await refuses(session, send)
    expectShape('session', sessionOf(await fence(session)), { instructions: before })
  }),
  order.fresh('answers three updates with three session.updated, in order', async (session) => {
    for (const instructions of ['one', 'two', 'three']) {
      session.send({ type: 'session.update', session: { type: 'realtime', instructions } })
    }
    for (const instructions of ['one', 'two', 'three']) {
      await session.next('session.updated', { shape: { session: { instructions } } })
    }
  }),
  order.fresh('gives session.updated an event_id of its own', async (session) => {
    session.send({ type: 'session.update', event_id: 'mine', session: { type: 'realtime' } })
    await session.next('session.updated', { shape: { event_id: is.not('mine') } })
  }),
  order.fresh('keeps the session’s id through updates', async (session) => {
    const { id } = sessionOf(session.greeting)
    await update(session, { instructions: 'Be brief.' }, { id: id as string })
  }),
]
