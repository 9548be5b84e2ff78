import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { speak } from '../../script/audio.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { expectOrder } from '../../script/invariants.ts'
import { refuses } from '../../script/refuses.ts'
import { input, update } from '../../script/session.ts'
import type { Server, Session } from '../../server/server.ts'
import { turnsAway } from '../handshake/turned-away.ts'

const opening = checksOf('transcription', '`?intent=transcription` opens a transcription session, without a model.')
const fields = checksOf(
  'transcription',
  'A transcription session shows its own fields, and is updated by session.update.',
)
const words = checksOf('transcription', 'A transcription session writes down what it hears, and never answers.')

const intent = { query: { intent: 'transcription' } }
const transcription = { model: 'gpt-4o-mini-transcribe' }
const ends = ['completed', 'failed'].map((end) => `conversation.item.input_audio_transcription.${end}`)

/** Writes down one sentence, committed by the client or by turn detection. */
async function written(server: Server, isPushToTalk: boolean): Promise<Session> {
  const session = await server.open(intent)
  await update(session, input({ transcription, ...(isPushToTalk && { turn_detection: null }) }))
  await speak(session)
  if (isPushToTalk) session.send({ type: 'input_audio_buffer.commit' })
  const id = readText(await session.next('input_audio_buffer.committed'), 'item_id')
  await session.next(ends, { where: { item_id: id } })
  return session
}

export const transcriptionChecks = [
  opening.fresh(
    'opens a transcription session',
    async ({ greeting }) => {
      const session = { type: 'transcription', object: 'realtime.transcription_session', id: is.someText }
      expectShape('session.created', greeting, { session: { ...session, expires_at: is.count } })
    },
    intent,
  ),
  opening.raw('turns away a model beside the intent', async (server) => {
    const query = { intent: 'transcription', model: server.target.model }
    await turnsAway(server, { query }, { codes: ['invalid_model'], closeCode: 4000, statuses: [400] })
  }),
  fields.fresh(
    'shows the audio input with turn detection on',
    async ({ greeting }) => {
      const turn_detection = {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: is.oneOf(200, 500),
      }
      const audio = { input: { format: { type: 'audio/pcm', rate: 24_000 }, turn_detection } }
      expectShape('session.created', greeting, { session: { audio, include: null } })
    },
    intent,
  ),
  fields.fresh(
    'takes an update of its transcription',
    async (session) => {
      const shape = { type: 'transcription', audio: { input: { transcription: { ...transcription, language: 'en' } } } }
      await update(session, input({ transcription: { ...transcription, language: 'en' } }), shape)
    },
    intent,
  ),
  fields.fresh(
    'takes null for turn detection',
    async (session) => update(session, input({ turn_detection: null }), { audio: { input: { turn_detection: null } } }),
    intent,
  ),
  ...fields.refusals(
    [
      { name: 'refuses an update of type realtime', send: { type: 'session.update', session: { type: 'realtime' } } },
      {
        name: 'refuses instructions, which a transcription has not',
        send: { type: 'session.update', session: { type: 'transcription', instructions: 'Be brief.' } },
        code: 'unknown_parameter',
        param: 'session.instructions',
      },
    ],
    intent,
  ),
  words.fresh(
    'refuses response.create',
    async (session) => refuses(session, { type: 'response.create' }, { param: is.present }),
    intent,
  ),
  words.raw('writes down what the client commits, in the documented order', async (server) => {
    const { events } = await written(server, true)
    const end = events.find(({ type }) => ends.includes(type))?.type ?? ''
    expectOrder(events, ['input_audio_buffer.committed', 'conversation.item.added', 'conversation.item.done'])
    expectOrder(events, ['input_audio_buffer.committed', 'conversation.item.added', end])
  }),
  words.raw('writes down what turn detection hears', async (server) => {
    const { events } = await written(server, false)
    expectOrder(events, [
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
    ])
  }),
  words.raw('never answers in a transcription session', async (server) => {
    const session = await written(server, false)
    await fence(session)
    const answer = session.events.find(({ type }) => type.startsWith('response.'))
    if (answer !== undefined) throw new Unmet('no response', answer.type)
  }),
]
