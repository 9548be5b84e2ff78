import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { say, userText } from '../../script/items.ts'
import { expectSaid, expectSecret, prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { begin, finish, respond } from '../../script/respond.ts'

const outside = checksOf('out_of_band', 'A response with conversation `none` leaves no trace in the conversation.')
const parallel = checksOf(
  'out_of_band',
  'Responses outside the conversation run beside its own, and beside each other.',
)

const asking = (text: string): object => ({ conversation: 'none', input: [userText(text)] })

export const outOfBandChecks = [
  outside.text('answers outside the conversation', async (session) => {
    expectSaid(await respond(session, asking(prompts.word('KIWI'))), 'KIWI')
  }),
  outside.text('names no conversation in such a response', async (session) => {
    const { created, done } = await respond(session, { ...asking(prompts.hello), metadata: { topic: 'aside' } })
    for (const event of [created, done]) {
      expectShape(event.type, event, { response: { conversation_id: null, metadata: { topic: 'aside' } } })
    }
  }),
  outside.text('announces no item of it in the conversation', async (session) => {
    await respond(session, asking(prompts.hello))
    await fence(session)
    const announced = session.events.find(({ type }) => type.startsWith('conversation.item'))
    if (announced !== undefined) throw new Unmet('no conversation.item events', announced.type)
  }),
  outside.text('does not keep its items for retrieval', async (session) => {
    const { done } = await respond(session, asking(prompts.hello))
    const send = { type: 'conversation.item.retrieve', item_id: readText(done, 'response.output.0.id') }
    await refuses(session, send, { code: 'item_retrieve_invalid_item_id' })
  }),
  outside.text('does not remember it in later answers', async (session) => {
    await respond(session, asking(prompts.secret('ZEBRA')))
    await expectSecret(session, 'NONE')
  }),
  outside.text('sees the conversation where it has no input of its own', async (session) => {
    await say(session, prompts.word('LEMON'))
    expectSaid(await respond(session, { conversation: 'none' }), 'LEMON')
  }),
  parallel.text('runs beside an active response of the conversation', async (session) => {
    await say(session, prompts.count)
    const long = await begin(session)
    const aside = await begin(session, { ...asking(prompts.word('KIWI')), metadata: { topic: 'aside' } })
    expectShape('response.created', aside, { response: { metadata: { topic: 'aside' } } })
    expectSaid(await finish(session, aside), 'KIWI')
    expectShape('response.done', (await finish(session, long)).done, { response: { status: 'completed' } })
  }),
  parallel.text('runs two at once', async (session) => {
    const [first, second] = [
      await begin(session, asking(prompts.count)),
      await begin(session, asking(prompts.word('KIWI'))),
    ]
    expectSaid(await finish(session, second), 'KIWI')
    expectShape('response.done', (await finish(session, first)).done, { response: { status: 'completed' } })
  }),
  parallel.text('is not hit by a cancel without an id', async (session) => {
    const aside = await begin(session, asking(prompts.count))
    const id = session.send({ type: 'response.cancel' })
    await session.next('error', { where: { error: { event_id: is.oneOf(id, is.nothing) } } })
    expectShape('response.done', (await finish(session, aside)).done, { response: { status: 'completed' } })
  }),
  parallel.text('is cancelled by its id', async (session) => {
    const aside = await begin(session, asking(prompts.count))
    await session.next('response.output_text.delta')
    session.send({ type: 'response.cancel', response_id: readText(aside, 'response.id') })
    const response = { status: 'cancelled', status_details: { reason: 'client_cancelled' } }
    expectShape('response.done', (await finish(session, aside)).done, { response })
  }),
]
