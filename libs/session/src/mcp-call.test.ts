import type { McpError, McpTool } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import {
  finish,
  lastEntry,
  listedTool,
  mcpTool,
  requestIn,
  respond,
  savedContext,
  update,
  withServer,
} from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

const trusted: McpTool = { ...mcpTool, authorization: 'token', require_approval: 'never' }

function withTrusted(): Simulation {
  const simulation = new Simulation()
  withServer(simulation, trusted, ['read', 'write'])
  return simulation
}

/** Begins a response that calls a tool, and answers its id and the call's item. */
function call(simulation: Simulation, name = 'read'): { responseId: `resp_${string}`; itemId: string } {
  const responseId = respond(simulation)
  simulation.feed({ kind: 'call_started', responseId, call: 0, name })
  return { responseId, itemId: lastEntry(simulation).item.id }
}

describe('A call of a server’s tool', () => {
  it('is told from its beginning to its end, and run when its arguments are whole', () => {
    const simulation = withTrusted()
    const before = simulation.effects.length
    const { responseId, itemId } = call(simulation)
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at":' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '"home"}' })
    const finished = finish(simulation, responseId)
    expect(finished).toMatchObject([
      { event: { type: 'response.mcp_call_arguments.done' } },
      { event: { type: 'response.mcp_call.in_progress' } },
      {
        kind: 'call_tool',
        itemId,
        server: { label: 'files', url: 'https://files.example/mcp', authorization: 'token' },
        name: 'read',
        arguments: '{"at":"home"}',
      },
      { kind: 'arm_timer', subject: itemId, ms: 60_000 },
    ])
    expect(simulation.feed({ kind: 'tool_called', itemId, output: 'text' })[0]).toEqual({
      kind: 'disarm_timer',
      subject: itemId,
    })
    const item = {
      id: itemId,
      object: 'realtime.item',
      type: 'mcp_call',
      server_label: 'files',
      name: 'read',
      approval_request_id: null,
      error: null,
    }
    const open = { ...item, status: 'in_progress', arguments: '', output: null }
    const whole = { ...item, status: 'completed', arguments: '{"at":"home"}', output: 'text' }
    const at = { item_id: itemId, output_index: 0 }
    const of = { response_id: responseId, ...at }
    const previous = simulation.state.entries[0]?.item.id
    expect(sentIn(simulation.effects.slice(before)).slice(1)).toEqual([
      { type: 'response.output_item.added', response_id: responseId, output_index: 0, item: open },
      { type: 'conversation.item.added', previous_item_id: previous, item: open },
      { type: 'response.mcp_call_arguments.delta', ...of, delta: '{"at":', obfuscation: '' },
      { type: 'response.mcp_call_arguments.delta', ...of, delta: '"home"}', obfuscation: '' },
      { type: 'response.mcp_call_arguments.done', ...of, arguments: '{"at":"home"}' },
      { type: 'response.mcp_call.in_progress', ...at },
      { type: 'response.mcp_call.completed', ...at },
      { type: 'conversation.item.done', previous_item_id: previous, item: whole },
      { type: 'response.output_item.done', response_id: responseId, output_index: 0, item: whole },
      {
        type: 'response.done',
        response: expect.objectContaining({ status: 'completed', output: [whole] }) as object,
      },
    ])
    expect(savedContext(simulation, itemId)).toEqual([
      { role: 'tool_call', callId: itemId, name: 'read', arguments: '{"at":"home"}' },
      { role: 'tool_result', callId: itemId, output: 'text' },
    ])
    // it is for the client to go on
    expect(simulation.state.response).toBeNull()
  })

  it.each<[McpError]>([
    [{ type: 'protocol_error', code: -32_601, message: 'No such method.' }],
    [{ type: 'http_error', code: 502, message: 'Bad gateway.' }],
    [{ type: 'tool_execution_error', message: 'No such file.' }],
  ])('that fails is told so, and so is the model: %o', (error) => {
    const simulation = withTrusted()
    const { responseId, itemId } = call(simulation)
    finish(simulation, responseId)
    expect(sentIn(simulation.feed({ kind: 'tool_failed', itemId, error }))).toMatchObject([
      { type: 'response.mcp_call.failed', item_id: itemId, output_index: 0 },
      { type: 'conversation.item.done', item: { status: 'incomplete', output: null, error } },
      { type: 'response.output_item.done', item: { status: 'incomplete', error } },
      { type: 'response.done', response: { status: 'completed' } },
    ])
    expect(savedContext(simulation, itemId)?.[1]).toEqual({
      role: 'tool_result',
      callId: itemId,
      output: `The call failed: ${error.message}`,
    })
    expect(simulation.feed({ kind: 'tool_called', itemId, output: 'late' })).toEqual([])
  })

  it('is run at once when the next one begins, and the response waits for all of them', () => {
    const simulation = withTrusted()
    const { responseId, itemId: first } = call(simulation)
    const began = simulation.feed({ kind: 'call_started', responseId, call: 1, name: 'write' })
    expect(typesIn(began)).toContain('(call_tool)')
    const second = lastEntry(simulation).item.id
    expect(typesIn(simulation.feed({ kind: 'tool_called', itemId: first, output: 'a' }))).not.toContain('response.done')
    expect(typesIn(finish(simulation, responseId))).not.toContain('response.done')
    const told = sentIn(simulation.feed({ kind: 'tool_called', itemId: second, output: 'b' }))
    expect(told).toMatchObject([
      { type: 'response.mcp_call.completed', item_id: second, output_index: 1 },
      { type: 'conversation.item.done' },
      { type: 'response.output_item.done', output_index: 1 },
      { type: 'response.done', response: { output: [{ output: 'a' }, { output: 'b' }] } },
    ])
  })

  it('that is cut short by the limit is not run', () => {
    const simulation = withTrusted()
    const { responseId } = call(simulation)
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at' })
    const effects = finish(simulation, responseId, { reason: 'max_output_tokens' })
    expect(typesIn(effects)).not.toContain('(call_tool)')
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.mcp_call_arguments.done', arguments: '{"at' },
      { type: 'conversation.item.done', item: { status: 'incomplete', output: null, error: null } },
      { type: 'response.output_item.done', item: { status: 'incomplete' } },
      { type: 'response.done', response: { status: 'incomplete' } },
    ])
  })

  it('that runs is stopped with its response, and what the server still says is void', () => {
    const simulation = withTrusted()
    const { responseId, itemId } = call(simulation)
    finish(simulation, responseId)
    const effects = simulation.client({ type: 'response.cancel' })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: itemId })
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.mcp_call.failed', item_id: itemId },
      { type: 'conversation.item.done', item: { status: 'incomplete' } },
      { type: 'response.output_item.done', item: { status: 'incomplete' } },
      { type: 'response.done', response: { status: 'cancelled' } },
    ])
    expect(simulation.feed({ kind: 'tool_called', itemId, output: 'late' })).toEqual([])
  })

  it('in a response outside the conversation is told with that response only', () => {
    const simulation = withTrusted()
    const responseId = respond(simulation, { conversation: 'none' })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    finish(simulation, responseId)
    const itemId = simulation.state.outOfBand[0]?.output[0]?.item.id ?? ''
    const told = sentIn(simulation.feed({ kind: 'tool_called', itemId, output: 'a' }))
    expect(told.map(({ type }) => type)).toEqual([
      'response.mcp_call.completed',
      'response.output_item.done',
      'response.done',
    ])
  })

  it('goes to the server of the response, though the session has one of the same label', () => {
    const simulation = new Simulation()
    const own = { ...trusted, server_url: 'https://own.example/mcp' }
    const first = respond(simulation, { tools: [own] })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    withServer(simulation, trusted, ['read'])
    finish(simulation, first)
    const responseId = respond(simulation, { tools: [own] })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    finish(simulation, responseId)
    expect(simulation.effects.findLast(({ kind }) => kind === 'call_tool')).toMatchObject({
      server: { url: 'https://own.example/mcp' },
    })
  })

  it('by the name that tells two servers apart is run under the name that its server knows', () => {
    const simulation = withTrusted()
    withServer(simulation, { ...trusted, server_label: 'mail', server_url: 'https://mail.example' }, ['read'])
    const { responseId } = call(simulation, 'mail__read')
    expect(lastEntry(simulation).item).toMatchObject({ server_label: 'mail', name: 'read' })
    finish(simulation, responseId)
    expect(simulation.effects.findLast(({ kind }) => kind === 'call_tool')).toMatchObject({
      server: { url: 'https://mail.example' },
      name: 'read',
    })
  })

  it('that was not offered is a call of the client’s', () => {
    const simulation = withTrusted()
    update(simulation, { tools: [{ ...trusted, allowed_tools: ['read'] }] })
    call(simulation, 'write')
    expect(lastEntry(simulation).item).toMatchObject({ type: 'function_call', name: 'write' })
  })

  it('that runs while another response is made is shown to it as it stands', () => {
    const simulation = withTrusted()
    const { responseId, itemId } = call(simulation)
    finish(simulation, responseId)
    respond(simulation, { conversation: 'none' })
    expect(requestIn(simulation).itemIds).toContain(itemId)
    expect(savedContext(simulation, itemId)?.[1]).toMatchObject({ output: 'The call has not ended yet.' })
  })

  it('whose item is deleted ends with its response', () => {
    const simulation = withTrusted()
    const { responseId, itemId } = call(simulation)
    finish(simulation, responseId)
    expect(typesIn(simulation.client({ type: 'conversation.item.delete', item_id: itemId }))).toEqual([
      '(forget_item)',
      'conversation.item.deleted',
    ])
    expect(sentIn(simulation.feed({ kind: 'tool_called', itemId, output: 'a' })).map(({ type }) => type)).toEqual([
      'response.mcp_call.completed',
      'response.output_item.done',
      'response.done',
    ])
  })
})
