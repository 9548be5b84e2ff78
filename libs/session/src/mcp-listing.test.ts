import type { McpTool } from '@voicebox/protocol'
import { defaultSession } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import {
  errorsIn,
  finish,
  lastEntry,
  listedTool,
  mcpTool,
  requestIn,
  requestsIn,
  respond,
  update,
  withServer,
} from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const secret: McpTool = { ...mcpTool, authorization: 'secret-token', headers: { 'X-Key': 'secret-header' } }

describe('A server of tools', () => {
  it('is asked for its tools after the update, in an item that can be retrieved meanwhile', () => {
    const simulation = new Simulation()
    const asked = update(simulation, { tools: [secret] })
    const itemId = lastEntry(simulation).item.id
    const item = { id: itemId, object: 'realtime.item', type: 'mcp_list_tools', server_label: 'files' }
    expect(asked).toMatchObject([
      { kind: 'send', event: { type: 'session.updated' } },
      { kind: 'save_item', context: [] },
      {
        kind: 'send',
        event: {
          type: 'conversation.item.added',
          previous_item_id: null,
          item: { ...item, status: 'in_progress', tools: [] },
        },
      },
      { kind: 'send', event: { type: 'mcp_list_tools.in_progress', item_id: itemId } },
      {
        kind: 'list_tools',
        itemId,
        server: {
          label: 'files',
          url: 'https://files.example/mcp',
          authorization: 'secret-token',
          headers: { 'X-Key': 'secret-header' },
        },
      },
      { kind: 'arm_timer', subject: itemId, ms: 60_000 },
    ])
    const shown = simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })
    expect(sentIn(shown)).toMatchObject([{ type: 'conversation.item.retrieved', item: { tools: [] } }])
    const tools = [listedTool('read', { readOnlyHint: true })]
    const told = simulation.feed({ kind: 'tools_listed', itemId, tools })
    expect(told).toContainEqual({ kind: 'disarm_timer', subject: itemId })
    expect(sentIn(told)).toEqual([
      { type: 'mcp_list_tools.completed', item_id: itemId },
      {
        type: 'conversation.item.done',
        previous_item_id: null,
        item: { ...item, status: 'completed', tools },
      },
    ])
    expect(lastEntry(simulation).item).toMatchObject({ status: 'completed', tools })
    expect(simulation.feed({ kind: 'tools_listed', itemId, tools: [] })).toEqual([])
  })

  it('that cannot be asked is told as failed, and offers nothing', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    const told = simulation.feed({ kind: 'listing_failed', itemId, code: 'unreachable', message: 'gone' })
    expect(sentIn(told)).toMatchObject([
      { type: 'mcp_list_tools.failed', item_id: itemId },
      { type: 'conversation.item.done', item: { status: 'incomplete', tools: [] } },
    ])
    respond(simulation)
    expect(requestIn(simulation)).not.toHaveProperty('tools')
  })

  it('is not asked again by an update that brings it again, whether it has answered or not', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [secret] })
    const itemId = lastEntry(simulation).item.id
    expect(typesIn(update(simulation, { tools: [secret] }))).toEqual(['session.updated'])
    simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    expect(typesIn(update(simulation, { tools: [secret], instructions: 'x' }))).toEqual(['session.updated'])
    respond(simulation)
    expect(requestIn(simulation).tools).toHaveLength(1)
  })

  it.each<[string, Partial<McpTool>]>([
    ['another secret', { authorization: 'other' }],
    ['other headers', { headers: { 'X-Key': 'other' } }],
    ['another address', { server_url: 'https://files.example/v2' }],
  ])('is asked again with %s', (_, change) => {
    const simulation = new Simulation()
    withServer(simulation, secret, ['read'])
    expect(typesIn(update(simulation, { tools: [{ ...secret, ...change }] }))).toContain('(list_tools)')
  })

  it('is asked again after it failed', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'listing_failed', itemId, code: 'unreachable', message: 'gone' })
    expect(typesIn(update(simulation, { instructions: 'x' }))).toEqual(['session.updated'])
    expect(typesIn(update(simulation, { tools: [mcpTool] }))).toContain('(list_tools)')
    expect(simulation.state.listings).toHaveLength(1)
  })

  it('is asked once the session begins, where its tools came before that', () => {
    const session = {
      ...defaultSession({ id: 'sess_abcdefghijklmnopqrstu', model: 'gpt-realtime', expiresAt: 4_000_000_000 }),
      tools: [secret],
    }
    const simulation = new Simulation({}, { session })
    expect(typesIn(simulation.effects)).toEqual([
      'session.created',
      'conversation.created',
      '(save_item)',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      '(list_tools)',
      '(arm_timer)',
    ])
  })

  it('that did not answer in time has failed', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    const effects = simulation.feed({ kind: 'timer_fired', subject: itemId })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: itemId })
    expect(typesIn(effects)).toContain('mcp_list_tools.failed')
    expect(simulation.feed({ kind: 'tools_listed', itemId, tools: [] })).toEqual([])
  })

  it('keeps no listing that nothing refers to any more, once there is another', () => {
    const simulation = new Simulation()
    withServer(simulation, mcpTool, ['read'])
    update(simulation, { tools: [] })
    update(simulation, { tools: [{ ...mcpTool, server_label: 'mail' }] })
    expect(simulation.state.listings.map(({ server }) => server.label)).toEqual(['mail'])
  })
})

describe('A response with servers of its own', () => {
  it('is created first, and waits until they have answered', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    const effects = simulation.client({ type: 'response.create', response: { tools: [mcpTool] } })
    expect(typesIn(effects)).toEqual([
      'response.created',
      '(save_item)',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      '(list_tools)',
      '(arm_timer)',
    ])
    const itemId = lastEntry(simulation).item.id
    const listed = simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    expect(requestsIn(listed)).toMatchObject([{ tools: [{ name: 'read' }] }])
  })

  it('goes on without them where they cannot be asked', () => {
    const simulation = new Simulation()
    respond(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    const failed = simulation.feed({ kind: 'listing_failed', itemId, code: 'unreachable', message: 'gone' })
    expect(requestsIn(failed)).toHaveLength(1)
    expect(requestIn(simulation)).not.toHaveProperty('tools')
  })

  it('waits for one that is being asked already, and for none that has answered', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    const effects = simulation.client({ type: 'response.create', response: { tools: [mcpTool] } })
    expect(typesIn(effects)).toEqual(['response.created'])
    expect(requestsIn(simulation.feed({ kind: 'tools_listed', itemId, tools: [] }))).toHaveLength(1)
    simulation.client({ type: 'response.cancel' })
    expect(requestsIn(simulation.client({ type: 'response.create', response: { tools: [mcpTool] } }))).toHaveLength(1)
  })

  it('does not give them to the session', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    finish(simulation, responseId)
    respond(simulation)
    expect(requestIn(simulation)).not.toHaveProperty('tools')
  })

  it('goes on when the item of the listing is deleted, and the listing is settled all the same', () => {
    const simulation = new Simulation()
    respond(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    const effects = simulation.client({ type: 'conversation.item.delete', item_id: itemId })
    expect(requestsIn(effects)).toHaveLength(1)
    simulation.client({ type: 'response.cancel' })
    // the next one waits for the same listing, which its time limit ends
    respond(simulation, { tools: [mcpTool] })
    expect(requestsIn(simulation.feed({ kind: 'timer_fired', subject: itemId }))).toHaveLength(1)
    expect(simulation.state.listings).toMatchObject([{ status: 'failed' }])
  })

  it('outside the conversation waits for them too, and nobody is shown what they list', () => {
    const simulation = new Simulation()
    const response = { conversation: 'none' as const, tools: [{ ...mcpTool, require_approval: 'never' as const }] }
    const effects = simulation.client({ type: 'response.create', response })
    expect(typesIn(effects)).toEqual(['response.created', '(list_tools)', '(arm_timer)'])
    const itemId = simulation.state.listings[0]?.itemId ?? ''
    const listed = simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    expect(typesIn(listed)).toEqual(['(disarm_timer)', '(generate)', '(arm_timer)'])
    expect(requestIn(simulation).tools).toMatchObject([{ name: 'read' }])
    // the session shows it in its own time
    expect(typesIn(update(simulation, { tools: [mcpTool] }))).toContain('conversation.item.added')
  })

  it('outside the conversation is offered nothing that needs approval: nobody could give it', () => {
    const simulation = new Simulation()
    withServer(simulation, { ...mcpTool, require_approval: { never: { tool_names: ['read'] } } }, ['read', 'write'])
    respond(simulation, { conversation: 'none' })
    expect(requestIn(simulation).tools?.map(({ name }) => name)).toEqual(['read'])
  })

  it('that must call a tool waits for the servers of the session, and else does not', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    finish(simulation, respond(simulation))
    expect(requestsIn(simulation.effects)).toHaveLength(1)
    for (const tool_choice of ['required', { type: 'mcp', server_label: 'files' }] as const) {
      expect(requestsIn(simulation.client({ type: 'response.create', response: { tool_choice } }))).toEqual([])
      if (tool_choice === 'required') simulation.client({ type: 'response.cancel' })
    }
    expect(requestsIn(simulation.feed({ kind: 'tools_listed', itemId, tools: [] }))).toHaveLength(1)
  })

  it('is stopped while it waits, and the listing is finished without it', () => {
    const simulation = new Simulation()
    respond(simulation, { tools: [mcpTool] })
    const itemId = lastEntry(simulation).item.id
    expect(errorsIn(simulation.client({ type: 'response.cancel' }))).toEqual([])
    expect(requestsIn(simulation.feed({ kind: 'tools_listed', itemId, tools: [] }))).toEqual([])
  })
})

describe('A listing that comes while the model speaks', () => {
  it('changes nothing of what the model was offered', () => {
    const simulation = new Simulation()
    const open: McpTool = {
      ...mcpTool,
      server_label: 'open',
      server_url: 'https://open.example',
      require_approval: 'never',
    }
    update(simulation, { tools: [open, mcpTool] })
    const [openId = '', filesId = ''] = simulation.state.listings.map(({ itemId }) => itemId)
    simulation.feed({ kind: 'tools_listed', itemId: filesId, tools: [listedTool('read')] })
    const responseId = respond(simulation)
    simulation.feed({ kind: 'tools_listed', itemId: openId, tools: [listedTool('read')] })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    expect(lastEntry(simulation).item).toMatchObject({ type: 'mcp_approval_request', server_label: 'files' })
  })
})
