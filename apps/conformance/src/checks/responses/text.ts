import { is } from '../../judgement/is.ts'
import { read, readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { expectConstantIds, expectOrder, expectSum } from '../../script/invariants.ts'
import { retrieve, say } from '../../script/items.ts'
import { expectSaid, prompts } from '../../script/prompts.ts'
import { type Answer, only, respond } from '../../script/respond.ts'
import type { Session } from '../../server/server.ts'

const flow = checksOf('responses', 'A written answer comes in order, from response.created to response.done.')
const parts = checksOf('responses', 'Deltas add up to what the done events say, and ids are the same throughout.')
const item = checksOf(
  'responses',
  'The answer’s item joins the conversation: added in progress, done when it is complete.',
)

async function answered(session: Session): Promise<Answer> {
  await say(session, prompts.word('PINEAPPLE'))
  return await respond(session)
}

export const textChecks = [
  flow.text('writes an answer in the documented order', async (session) => {
    const { events } = await answered(session)
    expectOrder(events, [
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ])
  }),
  flow.text('answers what it was asked', async (session) => expectSaid(await answered(session), 'PINEAPPLE')),
  flow.text('begins a response empty and in progress', async (session) => {
    const { created } = await answered(session)
    const response = { id: is.id('resp'), object: 'realtime.response', status: 'in_progress', status_details: null }
    expectShape('response.created', created, {
      response: { ...response, output: [], usage: null, metadata: is.nothing },
    })
  }),
  flow.text('ends a response as completed, without details', async (session) => {
    const { done } = await answered(session)
    const response = { object: 'realtime.response', status: 'completed', status_details: null, output: is.list }
    expectShape('response.done', done, { response })
  }),
  flow.text('says in the response what it was made with', async (session) => {
    const { done } = await answered(session)
    expectShape('response.done', done, {
      response: {
        conversation_id: is.id('conv'),
        output_modalities: ['text'],
        max_output_tokens: 'inf',
        audio: { output: { format: { type: 'audio/pcm' }, voice: is.text } },
      },
    })
  }),
  flow.text('names one conversation in all its responses', async (session) => {
    const first = await answered(session)
    const second = await answered(session)
    const conversation_id = readText(first.done, 'response.conversation_id')
    expectShape('the second response', second.done, { response: { conversation_id } })
    if (first.id === second.id) throw new Unmet('two response ids', 'the same twice')
  }),
  flow.text('is silent about a response after its response.done', async (session) => {
    const { id } = await answered(session)
    await answered(session)
    const last = session.events.findLastIndex((event) => event['response_id'] === id)
    const end = session.events.findIndex((event) => event.type === 'response.done' && read(event, 'response.id') === id)
    if (last > end) throw new Unmet('nothing after response.done', session.events[last]?.type ?? '')
  }),
  flow.text('completes a response that was asked for without a question', async (session) => {
    expectShape('response.done', (await respond(session)).done, { response: { status: 'completed' } })
  }),
  parts.text('writes deltas that add up to the text', async (session) => {
    expectSum(await answered(session), 'response.output_text', 'text')
  }),
  parts.text('opens a part with empty text and closes it with all of it', async (session) => {
    const answer = await answered(session)
    const [added] = only(answer, 'response.content_part.added')
    const [done] = only(answer, 'response.content_part.done')
    const [text] = only(answer, 'response.output_text.done')
    expectShape('response.content_part.added', added, { content_index: 0, part: { type: 'text', text: '' } })
    expectShape('response.content_part.done', done, { part: { type: 'text', text: readText(text, 'text') } })
  }),
  parts.text('names response, item, output and part in every delta', async (session) => {
    const answer = await answered(session)
    const place = { response_id: answer.id, item_id: is.someText, output_index: 0, content_index: 0, delta: is.text }
    for (const delta of only(answer, 'response.output_text.delta'))
      expectShape('response.output_text.delta', delta, place)
    expectConstantIds(answer)
  }),
  item.text('adds the item in progress and without content', async (session) => {
    const [added] = only(await answered(session), 'response.output_item.added')
    expectShape('response.output_item.added', added, {
      output_index: 0,
      item: {
        id: is.id('item'),
        object: 'realtime.item',
        type: 'message',
        role: 'assistant',
        status: 'in_progress',
        content: [],
      },
    })
  }),
  item.text('ends the item completed, with its text', async (session) => {
    const answer = await answered(session)
    const content = [{ type: 'output_text', text: is.containing('PINEAPPLE') }]
    const [done] = only(answer, 'response.output_item.done')
    expectShape('response.output_item.done', done, { item: { role: 'assistant', status: 'completed', content } })
    expectShape('response.done', answer.done, {
      response: { output: [{ type: 'message', status: 'completed', content }] },
    })
  }),
  item.text('announces the item in the conversation, added and done', async (session) => {
    const asked = await say(session, prompts.word('PINEAPPLE'))
    const id = readText((await respond(session)).done, 'response.output.0.id')
    const events = session.events.filter((event) => read(event, 'item.id') === id)
    expectOrder(events, ['conversation.item.added', 'conversation.item.done'])
    const added = events.find(({ type }) => type === 'conversation.item.added')
    expectShape('conversation.item.added', added, {
      previous_item_id: asked,
      item: { status: 'in_progress', content: [] },
    })
  }),
  item.text('keeps the item for retrieval', async (session) => {
    const id = readText((await answered(session)).done, 'response.output.0.id')
    await retrieve(session, id, {
      role: 'assistant',
      status: 'completed',
      content: [{ text: is.containing('PINEAPPLE') }],
    })
  }),
]
