import { is } from '../../judgement/is.ts'
import { read, readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { expectOrder } from '../../script/invariants.ts'
import { retrieve, say } from '../../script/items.ts'
import { prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { type Answer, begin, finish, only, respond } from '../../script/respond.ts'
import type { Session } from '../../server/server.ts'

const cancel = checksOf(
  'cancel',
  'response.cancel closes what is open and ends the response as cancelled, by the client.',
)
const nothing = checksOf(
  'cancel',
  'Cancelling nothing is refused with response_cancel_not_active: "Cancellation failed…".',
)

const inactive = { code: 'response_cancel_not_active', message: is.startingWith('Cancellation failed') }

/** Cancels a long answer once it has begun to write. */
async function cancelled(session: Session, byId = false): Promise<Answer> {
  await say(session, prompts.count)
  const created = await begin(session)
  await session.next('response.output_text.delta')
  const id = readText(created, 'response.id')
  session.send({ type: 'response.cancel', ...(byId && { response_id: id }) })
  return await finish(session, created)
}

const status = { status: 'cancelled', status_details: { type: 'cancelled', reason: 'client_cancelled' } }

export const cancelChecks = [
  cancel.text('ends a cancelled response as cancelled, by the client', async (session) => {
    expectShape('response.done', (await cancelled(session)).done, { response: status })
  }),
  cancel.text('cancels a response by its id', async (session) => {
    expectShape('response.done', (await cancelled(session, true)).done, { response: status })
  }),
  cancel.text('closes text, part and item of a cancelled answer', async (session) => {
    const { events } = await cancelled(session)
    const closing = [
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ]
    expectOrder(events, ['response.output_text.delta', ...closing])
  }),
  cancel.text('sends no delta after a cancelled answer was closed', async (session) => {
    const { id } = await cancelled(session)
    await fence(session)
    const end = session.events.findIndex(({ type }) => type === 'response.output_text.done')
    const late = session.events
      .slice(end + 1)
      .find((event) => event['response_id'] === id && event.type.endsWith('.delta'))
    if (late !== undefined) throw new Unmet('no delta after the end', late.type)
  }),
  cancel.text('keeps the part that was written, as an incomplete item', async (session) => {
    const answer = await cancelled(session)
    const [done] = only(answer, 'response.output_item.done')
    expectShape('response.output_item.done', done, { item: { status: 'incomplete', content: [{ text: is.someText }] } })
    const itemId = readText(done, 'item.id')
    expectShape('response.done', answer.done, { response: { output: [{ id: itemId, status: 'incomplete' }] } })
    await retrieve(session, itemId, { status: 'incomplete' })
  }),
  cancel.text('announces the incomplete item as done', async (session) => {
    const answer = await cancelled(session)
    const id = readText(answer.done, 'response.output.0.id')
    const done = session.events.find(
      (event) => event.type === 'conversation.item.done' && read(event, 'item.id') === id,
    )
    expectShape('conversation.item.done', done, { item: { status: 'incomplete' } })
  }),
  cancel.text('closes with a text that its deltas add up to', async (session) => {
    const answer = await cancelled(session)
    const deltas = only(answer, 'response.output_text.delta').map((event) => readText(event, 'delta'))
    const [done] = only(answer, 'response.output_text.done')
    expectShape('response.output_text.done', done, { text: deltas.join('') })
  }),
  cancel.text('cancels a response at its very beginning', async (session) => {
    await say(session, prompts.count)
    const created = await begin(session)
    session.send({ type: 'response.cancel' })
    expectShape('response.done', (await finish(session, created)).done, { response: status })
  }),
  cancel.text('counts what a cancelled response used', async (session) => {
    expectShape('response.done', (await cancelled(session)).done, {
      response: { usage: is.oneOf(null, { total_tokens: is.count }) },
    })
  }),
  cancel.text('answers again after a cancelled response', async (session) => {
    await cancelled(session)
    await say(session, prompts.word('KIWI'))
    expectShape('response.done', (await respond(session)).done, { response: { status: 'completed' } })
  }),
  cancel.fresh('stops the audio of a cancelled answer', async (session) => {
    await say(session, prompts.count)
    const created = await begin(session)
    await session.next('response.output_audio.delta')
    session.send({ type: 'response.cancel' })
    const { id, done } = await finish(session, created)
    expectShape('response.done', done, { response: status })
    await fence(session)
    const end = session.events.findIndex(({ type }) => type === 'response.done')
    const late = session.events.slice(end).find((event) => event['response_id'] === id)
    if (late !== undefined) throw new Unmet('nothing after response.done', late.type)
  }),
  ...nothing.refusals([
    { name: 'refuses to cancel where nothing is active', send: { type: 'response.cancel' }, ...inactive },
    {
      name: 'refuses to cancel a response that does not exist',
      send: { type: 'response.cancel', response_id: 'resp_none' },
      ...inactive,
    },
  ]),
  nothing.text('refuses to cancel a response that is over', async (session) => {
    const { id } = await respond(session)
    await refuses(session, { type: 'response.cancel', response_id: id }, inactive)
  }),
]
