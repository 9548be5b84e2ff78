import { is } from '../../judgement/is.ts'
import { readNumber, readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { pushSilence, speak } from '../../script/audio.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { expectOrder } from '../../script/invariants.ts'
import { input, openText, update } from '../../script/session.ts'
import type { Server, Session } from '../../server/server.ts'

const turns = checksOf(
  'speech',
  'server_vad hears a turn: speech_started, speech_stopped, committed, the item, then the response.',
)
const places = checksOf('speech', 'Times count from the session’s first audio; one item id goes through the turn.')
const options = checksOf('speech', 'create_response and turn_detection say what becomes of a turn.')

const vad = (fields: object = {}): object => input({ turn_detection: { type: 'server_vad', ...fields } })

/** A spoken turn, up to the item that it becomes. */
async function spoken(server: Server, fields: object = vad()): Promise<Session> {
  const session = await openText(server)
  await update(session, fields)
  await speak(session)
  const id = readText(await session.next('input_audio_buffer.committed'), 'item_id')
  await session.next('conversation.item.added', { where: { item: { id } } })
  return session
}

const only = (session: Session, type: string): object | undefined => session.events.find((event) => event.type === type)

export const turnChecks = [
  turns.raw('hears a turn in the documented order', async (server) => {
    const session = await spoken(server)
    await session.next('response.done')
    expectOrder(session.events, [
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.done',
    ])
  }),
  turns.raw('answers what it heard', async (server) => {
    const session = await spoken(server)
    await session.next('response.done', { shape: { response: { status: 'completed', output: is.list } } })
  }),
  turns.raw('makes the turn an item of the user, its transcript unknown at first', async (server) => {
    const session = await spoken(server)
    const content = [{ type: 'input_audio', transcript: null }]
    const item = { type: 'message', role: 'user', status: 'completed', content }
    expectShape('conversation.item.added', only(session, 'conversation.item.added'), { item })
  }),
  places.raw('gives all events of a turn the same item id', async (server) => {
    const session = await spoken(server)
    const item_id = readText(only(session, 'input_audio_buffer.speech_started'), 'item_id')
    for (const type of ['input_audio_buffer.speech_stopped', 'input_audio_buffer.committed']) {
      expectShape(type, only(session, type), { item_id })
    }
    expectShape('conversation.item.added', only(session, 'conversation.item.added'), { item: { id: item_id } })
  }),
  places.raw('says when speech began and ended', async (server) => {
    const session = await spoken(server)
    const start = readNumber(only(session, 'input_audio_buffer.speech_started'), 'audio_start_ms')
    const end = readNumber(only(session, 'input_audio_buffer.speech_stopped'), 'audio_end_ms')
    expectShape('audio_start_ms', start, is.between(0, 1_000))
    expectShape('audio_end_ms', end, is.between(start + 300, 2_700))
  }),
  places.raw('counts a second turn’s times from the session’s first audio', async (server) => {
    const session = await spoken(server)
    await session.next('response.done')
    await session.next('input_audio_buffer.speech_started')
    await speak(session)
    const second = await session.next('input_audio_buffer.speech_started')
    expectShape('audio_start_ms', readNumber(second, 'audio_start_ms'), is.between(1_500, 4_500))
  }),
  options.raw('creates no response where create_response is false', async (server) => {
    const session = await spoken(server, vad({ create_response: false }))
    await fence(session)
    const created = only(session, 'response.created')
    if (created !== undefined) throw new Unmet('no response', 'response.created')
  }),
  options.raw('hears no turn in silence', async (server) => {
    const session = await openText(server)
    await pushSilence(session, 2_000)
    await fence(session)
    const heard = session.events.find(({ type }) => type.includes('speech_'))
    if (heard !== undefined) throw new Unmet('no speech events', heard.type)
  }),
  options.raw('hears a turn with semantic_vad too', async (server) => {
    const session = await spoken(server, input({ turn_detection: { type: 'semantic_vad', eagerness: 'high' } }))
    expectOrder(session.events, ['input_audio_buffer.speech_started', 'input_audio_buffer.speech_stopped'])
  }),
  options.raw('says nothing of the end of speech that the client committed', async (server) => {
    const session = await openText(server)
    await speak(session, 0)
    await session.next('input_audio_buffer.speech_started')
    session.send({ type: 'input_audio_buffer.commit' })
    await session.next('input_audio_buffer.committed')
    await fence(session)
    if (only(session, 'input_audio_buffer.speech_stopped') !== undefined) throw new Unmet('no speech_stopped', 'one')
  }),
  options.raw('says nothing of the end of speech that the client cleared', async (server) => {
    const session = await openText(server)
    await speak(session, 0)
    await session.next('input_audio_buffer.speech_started')
    session.send({ type: 'input_audio_buffer.clear' })
    await session.next('input_audio_buffer.cleared')
    await pushSilence(session, 1_000)
    await fence(session)
    const turn = session.events.find(({ type }) => /speech_stopped|committed/.test(type))
    if (turn !== undefined) throw new Unmet('no turn', turn.type)
  }),
]
