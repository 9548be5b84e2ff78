import { is } from '../../judgement/is.ts'
import { checksOf } from '../../script/checks.ts'
import { add, createItem, say } from '../../script/items.ts'
import { expectSaid, prompts } from '../../script/prompts.ts'
import { respond } from '../../script/respond.ts'

const items = checksOf('tools', 'A client may add calls and their outputs itself; an output names a call that exists.')

const call = { type: 'function_call', name: 'get_weather', call_id: 'call_mine', arguments: '{"city":"Paris"}' }
const output = { type: 'function_call_output', call_id: 'call_mine', output: '18 degrees and sunny' }

export const toolItemChecks = [
  items.fresh('takes a function call from the client', async (session) => {
    await add(session, call, {}, { item: { ...call, object: 'realtime.item', status: 'completed', id: is.someText } })
  }),
  items.fresh('makes a call_id where the client gave none', async (session) => {
    const { call_id: _, ...nameless } = call
    await add(session, nameless, {}, { item: { type: 'function_call', call_id: is.someText } })
  }),
  items.fresh('takes the output of a call that the client added', async (session) => {
    await add(session, call)
    await add(session, output, {}, { item: output })
  }),
  items.text('shows the model a call and its output that the client added', async (session) => {
    await say(session, prompts.weather('Paris'))
    await add(session, call)
    await add(session, output)
    expectSaid(await respond(session), '18')
  }),
  ...items.refusals([
    {
      name: 'refuses the output of a call that was never made',
      send: createItem({ ...output, call_id: 'call_none' }),
      code: is.oneOf('invalid_tool_call_id', 'invalid_value'),
    },
    {
      name: 'refuses a call without a name',
      send: createItem({ type: 'function_call', arguments: '{}' }),
      code: 'missing_required_parameter',
      param: 'item.name',
    },
    {
      name: 'refuses a call without arguments',
      send: createItem({ type: 'function_call', name: 'f' }),
      code: 'missing_required_parameter',
      param: 'item.arguments',
    },
    {
      name: 'refuses an output without a call_id',
      send: createItem({ type: 'function_call_output', output: '' }),
      code: 'missing_required_parameter',
      param: 'item.call_id',
    },
    {
      name: 'refuses an output that is no text',
      send: createItem({ ...output, output: { degrees: 18 } }),
      code: is.oneOf('invalid_type', 'invalid_value'),
      param: 'item.output',
    },
  ]),
]
