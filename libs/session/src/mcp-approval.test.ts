import type { McpTool } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import {
  errorsIn,
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

/** A session in which the model has asked for a call that needs approval; answers the request's id. */
function asked(text = '{"at":"home"}'): { simulation: Simulation; requestId: string; told: readonly Effect[] } {
  const simulation = new Simulation()
  withServer(simulation, mcpTool, ['read'])
  const before = simulation.effects.length
  const responseId = respond(simulation)
  simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
  simulation.feed({ kind: 'call_arguments', responseId, call: 0, text })
  finish(simulation, responseId)
  return { simulation, requestId: lastEntry(simulation).item.id, told: simulation.effects.slice(before) }
}

function answer(simulation: Simulation, requestId: string, approve: boolean, reason?: string): readonly Effect[] {
  return simulation.client({
    type: 'conversation.item.create',
    event_id: 'event_mine',
    item: {
      type: 'mcp_approval_response',
      approval_request_id: requestId,
      approve,
      ...(reason === undefined ? {} : { reason }),
    },
  })
}

describe('A call that needs approval', () => {
  it('is asked for with its arguments, and ends the response without running', () => {
    const { told, requestId } = asked()
    expect(sentIn(told)).toMatchObject([
      { type: 'response.created' },
      {
        type: 'response.output_item.added',
        item: { type: 'mcp_approval_request', status: 'in_progress', arguments: '' },
      },
      { type: 'conversation.item.added', item: { id: requestId } },
      {
        type: 'conversation.item.done',
        item: {
          id: requestId,
          status: 'completed',
          server_label: 'files',
          name: 'read',
          arguments: '{"at":"home"}',
        },
      },
      { type: 'response.output_item.done', item: { arguments: '{"at":"home"}' } },
      { type: 'response.done', response: { status: 'completed', output: [{ type: 'mcp_approval_request' }] } },
    ])
    expect(typesIn(told)).not.toContain('(call_tool)')
  })

  it('is run once it is approved, by itself', () => {
    const { simulation, requestId } = asked()
    const effects = answer(simulation, requestId, true)
    const { item } = lastEntry(simulation)
    const answerId = simulation.state.entries.at(-2)?.item.id
    expect(sentIn(effects)).toEqual([
      {
        type: 'conversation.item.added',
        previous_item_id: requestId,
        item: {
          id: answerId,
          object: 'realtime.item',
          status: 'completed',
          type: 'mcp_approval_response',
          approval_request_id: requestId,
          approve: true,
          reason: null,
        },
      },
      expect.objectContaining({ type: 'conversation.item.done' }),
      {
        type: 'conversation.item.added',
        previous_item_id: answerId,
        item: {
          id: item.id,
          object: 'realtime.item',
          type: 'mcp_call',
          status: 'in_progress',
          server_label: 'files',
          name: 'read',
          arguments: '{"at":"home"}',
          approval_request_id: requestId,
          output: null,
          error: null,
        },
      },
      { type: 'response.mcp_call.in_progress', item_id: item.id, output_index: 0 },
    ])
    expect(effects).toContainEqual({
      kind: 'call_tool',
      jobId: expect.stringMatching(/^job_/) as string,
      itemId: item.id,
      server: { label: 'files', url: 'https://files.example/mcp' },
      name: 'read',
      arguments: '{"at":"home"}',
    })
    expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: item.id, ms: 60_000 })
    const called = simulation.feed({ kind: 'tool_called', itemId: item.id, output: 'text' })
    expect(called).toContainEqual({ kind: 'disarm_timer', subject: item.id })
    expect(sentIn(called)).toMatchObject([
      { type: 'response.mcp_call.completed', item_id: item.id, output_index: 0 },
      { type: 'conversation.item.done', previous_item_id: answerId, item: { status: 'completed', output: 'text' } },
    ])
    expect(simulation.state.response).toBeNull()
    respond(simulation)
    const shown = requestIn(simulation).itemIds.flatMap((id) => savedContext(simulation, id) ?? [])
    expect(shown).toEqual([
      { role: 'tool_call', callId: item.id, name: 'read', arguments: '{"at":"home"}' },
      { role: 'tool_result', callId: item.id, output: 'text' },
    ])
  })

  it('is run on the server that asked for it, whatever is called so by now', () => {
    const simulation = new Simulation()
    const own = { ...mcpTool, server_url: 'https://own.example/mcp' }
    const responseId = respond(simulation, { tools: [own] })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    const requestId = lastEntry(simulation).item.id
    finish(simulation, responseId)
    withServer(simulation, mcpTool, ['read'])
    expect(answer(simulation, requestId, true).find(({ kind }) => kind === 'call_tool')).toMatchObject({
      server: { url: 'https://own.example/mcp' },
    })
  })

  it('that is approved may fail, or be given up', () => {
    const { simulation, requestId } = asked()
    answer(simulation, requestId, true)
    const itemId = lastEntry(simulation).item.id
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.mcp_call.failed', item_id: itemId },
      { type: 'conversation.item.done', item: { status: 'incomplete', error: { type: 'tool_execution_error' } } },
    ])
  })

  it('that is approved is stopped when its item is deleted', () => {
    const { simulation, requestId } = asked()
    answer(simulation, requestId, true)
    const itemId = lastEntry(simulation).item.id
    const effects = simulation.client({ type: 'conversation.item.delete', item_id: itemId })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: itemId })
    expect(simulation.feed({ kind: 'tool_called', itemId, output: 'late' })).toEqual([])
  })

  it.each([
    ['Too dangerous.', 'The user did not allow this call. Reason: Too dangerous.'],
    [undefined, 'The user did not allow this call.'],
  ])('is not run once it is refused, and the model is told: %s', (reason, output) => {
    const { simulation, requestId } = asked()
    const effects = answer(simulation, requestId, false, reason)
    expect(typesIn(effects)).toEqual(['(save_item)', 'conversation.item.added', 'conversation.item.done'])
    const { item } = lastEntry(simulation)
    expect(item).toMatchObject({ approve: false, reason: reason ?? null })
    expect(savedContext(simulation, item.id)).toEqual([
      { role: 'tool_call', callId: requestId, name: 'read', arguments: '{"at":"home"}' },
      { role: 'tool_result', callId: requestId, output },
    ])
  })

  it.each([true, false])('is answered once only: %s', (approve) => {
    const { simulation, requestId } = asked()
    answer(simulation, requestId, approve)
    const effects = answer(simulation, requestId, true)
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      { code: 'invalid_value', param: 'item.approval_request_id', event_id: 'event_mine' },
    ])
  })

  it('is not run by an answer to a request that is none', () => {
    const { simulation } = asked()
    const listing = simulation.state.entries[0]?.item.id ?? ''
    for (const id of ['item_none', listing]) {
      const effects = answer(simulation, id, true)
      expect(effects).toHaveLength(1)
      expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param: 'item.approval_request_id' }])
    }
  })

  it('cannot be approved before it is asked for in full, nor when it was cut short', () => {
    const simulation = new Simulation()
    withServer(simulation, mcpTool, ['read'])
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at' })
    const requestId = lastEntry(simulation).item.id
    expect(errorsIn(answer(simulation, requestId, true))).toHaveLength(1)
    finish(simulation, responseId, { reason: 'max_output_tokens' })
    expect(lastEntry(simulation).item).toMatchObject({ id: requestId, status: 'incomplete' })
    expect(errorsIn(answer(simulation, requestId, true))).toHaveLength(1)
    expect(typesIn(simulation.effects)).not.toContain('(call_tool)')
  })

  it('cannot be had by writing the request: only what the session offers may be approved', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [{ ...mcpTool, allowed_tools: ['read'] }] })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'tools_listed', itemId, tools: ['read', 'write'].map((name) => listedTool(name)) })
    const forge = (server_label: string, name: string): readonly Effect[] => {
      const item = { type: 'mcp_approval_request' as const, server_label, name, arguments: '{}' }
      simulation.client({ type: 'conversation.item.create', item })
      return answer(simulation, lastEntry(simulation).item.id, true)
    }
    for (const [label, name] of [
      ['gone', 'read'],
      [mcpTool.server_label, 'write'],
      [mcpTool.server_label, 'unheard_of'],
    ] as const) {
      const effects = forge(label, name)
      expect(typesIn(effects)).toEqual(['error'])
      expect(sentIn(effects)).toMatchObject([{ error: { param: 'item.approval_request_id' } }])
    }
    expect(typesIn(forge(mcpTool.server_label, 'read'))).toContain('(call_tool)')
  })

  it('is given once, even if the answer is deleted', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    simulation.feed({ kind: 'tools_listed', itemId: lastEntry(simulation).item.id, tools: [listedTool('read')] })
    const item = {
      type: 'mcp_approval_request' as const,
      id: 'asked',
      server_label: mcpTool.server_label,
      name: 'read',
      arguments: '{}',
    }
    simulation.client({ type: 'conversation.item.create', item })
    answer(simulation, 'asked', true)
    const response = simulation.state.entries.find((entry) => entry.item.type === 'mcp_approval_response')
    simulation.client({ type: 'conversation.item.delete', item_id: response?.item.id ?? '' })
    expect(typesIn(answer(simulation, 'asked', true))).toEqual(['error'])
  })

  it.each<[string, McpTool['require_approval'], string[]]>([
    ['all, where nothing is said', null, ['look', 'read', 'write']],
    ['all', 'always', ['look', 'read', 'write']],
    ['none', 'never', []],
    ['all but those named', { never: { tool_names: ['read'] } }, ['look', 'write']],
    ['all but those that only read', { never: { read_only: true } }, ['read', 'write']],
    ['all, where only those that need it are named', { always: { tool_names: ['write'] } }, ['look', 'read', 'write']],
    [
      'those that are named as both',
      { always: { tool_names: ['look'] }, never: { tool_names: ['look', 'read', 'write'] } },
      ['look'],
    ],
    ['all, of a filter that names nothing', { never: {} }, ['look', 'read', 'write']],
    ['all, of filters that are not there', {}, ['look', 'read', 'write']],
  ])('is one of %s', (_, require_approval, names) => {
    const simulation = new Simulation()
    update(simulation, { tools: [{ ...mcpTool, ...(require_approval === undefined ? {} : { require_approval }) }] })
    const itemId = lastEntry(simulation).item.id
    const tools = [listedTool('look', { readOnlyHint: true }), listedTool('read'), listedTool('write')]
    simulation.feed({ kind: 'tools_listed', itemId, tools })
    const needing = tools.filter(({ name }) => {
      const responseId = respond(simulation)
      simulation.feed({ kind: 'call_started', responseId, call: 0, name })
      const { type } = lastEntry(simulation).item
      simulation.client({ type: 'response.cancel' })
      return type === 'mcp_approval_request'
    })
    expect(needing.map(({ name }) => name)).toEqual(names)
  })
})
