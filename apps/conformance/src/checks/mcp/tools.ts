import { is } from '../../judgement/is.ts'
import { read, readList, readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { NotApplicable } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { expectOrder } from '../../script/invariants.ts'
import { add, retrieve, say } from '../../script/items.ts'
import { prompts } from '../../script/prompts.ts'
import { respond } from '../../script/respond.ts'
import { openText } from '../../script/session.ts'
import type { Server, Session } from '../../server/server.ts'
import type { WireEvent } from '../../server/wire-event.ts'

const listing = checksOf(
  'mcp',
  'The tools of an MCP server are listed as an item of the conversation, once the session names it.',
  'mcp',
)
const calls = checksOf('mcp', 'The server calls an MCP tool itself, after an approval where one is required.', 'mcp')

const server_label = 'conformance'

/** A server behind the server may take its time. */
const patienceMs = 30_000

/** A session with the MCP server, and how the listing of its tools ended. */
async function listedOrNot(server: Server, fields: object = {}): Promise<{ session: Session; end: WireEvent }> {
  const tool = { type: 'mcp', server_label, server_url: server.target.mcpUrl, require_approval: 'never', ...fields }
  const session = await openText(server, { tools: [tool] })
  return { session, end: await session.next(['mcp_list_tools.completed', 'mcp_list_tools.failed'], { patienceMs }) }
}

/** A session with the MCP server, and the finished item that lists its tools. */
async function listed(server: Server, fields?: object): Promise<{ session: Session; list: WireEvent }> {
  const { session, end } = await listedOrNot(server, fields)
  expectShape('the end of the listing', end, { type: 'mcp_list_tools.completed' })
  const where = { item: { id: readText(end, 'item_id') } }
  return { session, list: await session.next('conversation.item.done', { where }) }
}

/** Lets the model call the first tool that wants plain arguments; answers what the response put out last. */
async function called(server: Server, approval: 'never' | 'always'): Promise<{ session: Session; item: unknown }> {
  const { session, list } = await listed(server, { require_approval: approval })
  for (const tool of readList(list, 'item.tools')) {
    const args = plainArguments(read(tool, 'input_schema'))
    if (args === null) continue
    await say(session, prompts.callWith(readText(tool, 'name'), args))
    const { done } = await respond(session)
    return { session, item: readList(done, 'response.output').at(-1) }
  }
  throw new NotApplicable('every tool of the MCP server wants arguments that are neither text nor numbers')
}

/** Values for what a tool requires, or null where that is neither text nor numbers. */
function plainArguments(schema: unknown): Record<string, string | number> | null {
  const required = read(schema, 'required')
  const values: Record<string, string | number> = {}
  for (const name of Array.isArray(required) ? required.map(String) : []) {
    const type = read(schema, `properties.${name}.type`)
    if (type === 'string') values[name] = 'hello'
    else if (type === 'number' || type === 'integer') values[name] = 1
    else return null
  }
  return values
}

export const mcpChecks = [
  listing.raw('lists the tools in the documented order', async (server) => {
    const { session } = await listed(server)
    const order = [
      'session.updated',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      'mcp_list_tools.completed',
    ]
    expectOrder(session.events, [...order, 'conversation.item.done'])
  }),
  listing.raw('adds the list empty and ends it with the tools', async (server) => {
    const { session, list } = await listed(server)
    const added = session.events.find(({ type }) => type === 'conversation.item.added')
    expectShape('conversation.item.added', added, { item: { type: 'mcp_list_tools', server_label, tools: [] } })
    expectShape('conversation.item.done', list, {
      item: { type: 'mcp_list_tools', server_label, tools: is.each({ name: is.someText, input_schema: is.object }) },
    })
  }),
  listing.raw('keeps the list for retrieval', async (server) => {
    const { session, list } = await listed(server)
    await retrieve(session, readText(list, 'item.id'), { type: 'mcp_list_tools', tools: is.list })
  }),
  listing.raw('does not echo the authorization', async (server) => {
    const { session } = await listedOrNot(server, { authorization: 'secret-of-conformance' })
    for (const event of session.events) {
      expectShape(event.type, JSON.stringify(event), is.not(is.containing('secret-of-conformance')))
    }
  }),
  listing.raw('says so where the MCP server cannot be reached', async (server) => {
    const { session } = await listedOrNot(server, { server_url: 'https://mcp.invalid/' })
    expectOrder(session.events, ['mcp_list_tools.in_progress', 'mcp_list_tools.failed'])
  }),
  calls.raw('calls a tool and keeps what it answered', async (server) => {
    const { session, item } = await called(server, 'never')
    expectShape('the output', item, { type: 'mcp_call', server_label, name: is.someText, arguments: is.text })
    const where = { item: { id: readText(item, 'id') } }
    const done = await session.next('conversation.item.done', { where, patienceMs })
    expectShape('conversation.item.done', done, { item: { type: 'mcp_call', output: is.text } })
    expectOrder(session.events, [
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
    ])
  }),
  calls.raw('asks for approval where it is required, and then calls', async (server) => {
    const { session, item } = await called(server, 'always')
    expectShape('the output', item, {
      type: 'mcp_approval_request',
      server_label,
      name: is.someText,
      arguments: is.text,
    })
    const approval = { type: 'mcp_approval_response', approval_request_id: readText(item, 'id'), approve: true }
    await add(session, approval)
    await session.next('response.mcp_call.completed', { patienceMs })
  }),
]
