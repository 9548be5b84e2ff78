import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { NotApplicable, Unmet } from '../../judgement/unmet.ts'
import { speak } from '../../script/audio.ts'
import { checksOf } from '../../script/checks.ts'
import { expectOrder } from '../../script/invariants.ts'
import { retrieve, say } from '../../script/items.ts'
import { prompts } from '../../script/prompts.ts'
import { begin, isOf, respond } from '../../script/respond.ts'
import { input, update } from '../../script/session.ts'
import type { Session } from '../../server/server.ts'
import type { WireEvent } from '../../server/wire-event.ts'

const barge = checksOf('speech', 'With interrupt_response, speech cancels the active response: turn_detected.')
const apart = checksOf(
  'speech',
  'Speech does not touch responses outside the conversation, nor any where interrupt_response is false.',
)
const idle = checksOf(
  'speech',
  'After the idle timeout the server takes the turn: timeout_triggered, committed, a response.',
  'slow',
)

/** Speaks into an answer; answers how that one ended. */
async function interrupted(session: Session): Promise<WireEvent> {
  await say(session, prompts.count)
  const id = readText(await begin(session), 'response.id')
  await session.next('response.output_audio.delta')
  await speak(session)
  await session.next('input_audio_buffer.speech_started')
  const done = await session.next('response.done', { where: { response: { id } } })
  const heardAt = session.events.findIndex(({ type }) => type === 'input_audio_buffer.speech_started')
  if (session.events.indexOf(done) < heardAt) throw new NotApplicable('the answer was over before the speech was heard')
  return done
}

const status = { status: 'cancelled', status_details: { type: 'cancelled', reason: 'turn_detected' } }

export const bargeInChecks = [
  barge.fresh('ends the answer that the user speaks into as cancelled: turn_detected', async (session) => {
    expectShape('response.done', await interrupted(session), { response: status })
  }),
  barge.fresh('sends nothing of an interrupted answer after its end', async (session) => {
    const done = await interrupted(session)
    const id = readText(done, 'response.id')
    await session.next('input_audio_buffer.committed')
    const late = session.events.slice(session.events.indexOf(done) + 1).find((event) => isOf(event, id))
    if (late !== undefined) throw new Unmet('nothing after response.done', late.type)
  }),
  barge.fresh('goes on with the user’s turn after an interruption', async (session) => {
    await interrupted(session)
    const id = readText(await session.next('input_audio_buffer.committed'), 'item_id')
    await session.next('conversation.item.added', { where: { item: { id } } })
    await session.next('response.created')
    expectOrder(session.events, ['input_audio_buffer.speech_started', 'response.done', 'response.created'])
  }),
  barge.fresh('lets the client truncate an interrupted answer to what was heard', async (session) => {
    const id = readText(await interrupted(session), 'response.output.0.id')
    const cut = { item_id: id, content_index: 0, audio_end_ms: 40 }
    session.send({ type: 'conversation.item.truncate', ...cut })
    await session.next('conversation.item.truncated', { shape: cut })
    await retrieve(session, id, { status: 'incomplete', content: [{ transcript: is.oneOf(is.nothing, '') }] })
  }),
  apart.fresh('finishes an answer that may not be interrupted', async (session) => {
    await update(
      session,
      input({ turn_detection: { type: 'server_vad', interrupt_response: false, create_response: false } }),
    )
    expectShape('response.done', await interrupted(session), { response: { status: 'completed' } })
  }),
  idle.fresh('takes the turn after the idle timeout', async (session) => {
    await update(session, input({ turn_detection: { type: 'server_vad', idle_timeout_ms: 5_000 } }))
    await say(session, prompts.word('KIWI'))
    await respond(session)
    const patienceMs = 30_000
    const timeout = await session.next('input_audio_buffer.timeout_triggered', { patienceMs })
    expectShape(timeout.type, timeout, { audio_start_ms: is.count, audio_end_ms: is.count, item_id: is.someText })
    await session.next('input_audio_buffer.committed', { shape: { item_id: readText(timeout, 'item_id') } })
    await session.next('response.created')
  }),
]
