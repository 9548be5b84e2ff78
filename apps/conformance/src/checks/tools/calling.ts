import { is } from '../../judgement/is.ts'
import { read, readJson, readList, readText } from '../../judgement/read.ts'
import { expectShape, isObject } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { expectOrder, expectSum } from '../../script/invariants.ts'
import { add, say } from '../../script/items.ts'
import { expectSaid, prompts } from '../../script/prompts.ts'
import { type Answer, only, respond } from '../../script/respond.ts'
import type { Session } from '../../server/server.ts'

const flow = checksOf(
  'tools',
  'A function call is an item: added empty, its arguments in deltas, done when they are whole.',
)
const results = checksOf(
  'tools',
  'The server waits after a call: the client adds its output and asks for the next response.',
)
const choice = checksOf('tools', 'tool_choice says whether and what the model calls.')

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const tools = { tools: [weather] }

async function called(session: Session): Promise<Answer> {
  await say(session, prompts.weather('Paris'))
  return await respond(session)
}

const callsOf = (answer: Answer): unknown[] =>
  readList(answer.done, 'response.output').filter((item) => isObject(item) && item['type'] === 'function_call')

function expectCall(answer: Answer): void {
  if (callsOf(answer).length === 0) throw new Unmet('a function call', `an answer without one: “${answer.text}”`)
}

export const callingChecks = [
  flow.text(
    'calls a function in the documented order',
    async (session) => {
      expectOrder((await called(session)).events, [
        'response.created',
        'response.output_item.added',
        'response.function_call_arguments.delta',
        'response.function_call_arguments.done',
        'response.output_item.done',
        'response.done',
      ])
    },
    tools,
  ),
  flow.text(
    'adds a call in progress, with its name and id but without arguments',
    async (session) => {
      const added = only(await called(session), 'response.output_item.added').at(-1)
      const item = {
        type: 'function_call',
        status: 'in_progress',
        name: 'get_weather',
        call_id: is.someText,
        arguments: '',
      }
      expectShape('response.output_item.added', added, { item })
    },
    tools,
  ),
  flow.text(
    'writes argument deltas that add up',
    async (session) => expectSum(await called(session), 'response.function_call_arguments', 'arguments'),
    tools,
  ),
  flow.text(
    'names response, item, output and call in the events about arguments',
    async (session) => {
      const answer = await called(session)
      const place = { response_id: answer.id, item_id: is.someText, output_index: is.count, call_id: is.someText }
      const [delta] = only(answer, 'response.function_call_arguments.delta')
      const [done] = only(answer, 'response.function_call_arguments.done')
      expectShape('response.function_call_arguments.delta', delta, { ...place, delta: is.text })
      expectShape('response.function_call_arguments.done', done, { ...place, arguments: is.someText })
    },
    tools,
  ),
  flow.text(
    'names the function in response.function_call_arguments.done',
    async (session) => {
      const [done] = only(await called(session), 'response.function_call_arguments.done')
      expectShape('response.function_call_arguments.done', done, { name: 'get_weather' })
    },
    tools,
  ),
  flow.text(
    'ends a call completed, with whole arguments that are JSON',
    async (session) => {
      const answer = await called(session)
      expectCall(answer)
      const [call] = callsOf(answer)
      expectShape('the call', call, {
        type: 'function_call',
        status: 'completed',
        name: 'get_weather',
        call_id: is.someText,
      })
      expectShape('the arguments', readJson(call, 'arguments'), { city: is.containing('Paris') })
      expectShape('response.done', answer.done, { response: { status: 'completed' } })
      const done = only(answer, 'response.output_item.done').at(-1)
      expectShape('response.output_item.done', done, { item: { status: 'completed', arguments: is.someText } })
    },
    tools,
  ),
  flow.text(
    'announces a call in the conversation, added and done',
    async (session) => {
      const [call] = callsOf(await called(session))
      const events = session.events.filter((event) => read(event, 'item.id') === readText(call, 'id'))
      expectOrder(events, ['conversation.item.added', 'conversation.item.done'])
    },
    tools,
  ),
  flow.text(
    'numbers several calls upwards, each with an id of its own',
    async (session) => {
      await say(session, prompts.twoCities)
      const answer = await respond(session)
      expectCall(answer)
      const indexes = only(answer, 'response.output_item.added').map((event) => read(event, 'output_index'))
      expectShape('the output indexes', indexes, [...indexes.keys()])
      const ids = callsOf(answer).map((call) => readText(call, 'call_id'))
      if (new Set(ids).size < ids.length) throw new Unmet('a call_id for each call', ids.join(', '))
    },
    tools,
  ),
  results.text(
    'goes on with the output of a call when it is asked to',
    async (session) => {
      const answer = await called(session)
      expectCall(answer)
      const call_id = readText(callsOf(answer)[0], 'call_id')
      const output = { type: 'function_call_output', call_id, output: '{"weather":"18 degrees and sunny"}' }
      await add(session, output, {}, { item: { ...output, object: 'realtime.item', id: is.someText } })
      const next = await respond(session)
      expectSaid(next, '18')
    },
    tools,
  ),
  results.text(
    'does not go on by itself after a call',
    async (session) => {
      await called(session)
      await say(session, 'One moment.')
      const created = session.events.filter(({ type }) => type === 'response.created')
      if (created.length !== 1) throw new Unmet('one response', `${created.length}`)
    },
    tools,
  ),
  choice.text(
    'calls no function where tool_choice is none',
    async (session) => {
      await say(session, prompts.askWeather)
      const calls = callsOf(await respond(session))
      if (calls.length > 0) throw new Unmet('no function call', `${calls.length}`)
    },
    { ...tools, tool_choice: 'none' },
  ),
  choice.text(
    'calls a function where tool_choice is required',
    async (session) => {
      await say(session, prompts.askWeather)
      expectCall(await respond(session))
    },
    { ...tools, tool_choice: 'required' },
  ),
  choice.text('calls the function that tool_choice names, of a response’s own tools', async (session) => {
    await say(session, prompts.askWeather)
    const answer = await respond(session, { ...tools, tool_choice: { type: 'function', name: 'get_weather' } })
    expectShape('the call', callsOf(answer)[0], { name: 'get_weather' })
  }),
]
