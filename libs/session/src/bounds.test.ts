import type { McpTool } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { errorsIn, lastEntry, listedTool, mcpTool, requestIn, respond, update } from './scenes.testing.ts'
import { responseIn, sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const servers = (count: number, from = 0): McpTool[] =>
  Array.from({ length: count }, (_, index) => ({ ...mcpTool, server_label: `s${from + index}` }))

describe('What one session may ask for', () => {
  it('is sixteen MCP servers in one list', () => {
    const simulation = new Simulation()
    update(simulation, { tools: servers(17) })
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'invalid_value', param: 'session.tools[16]' }])
    expect(simulation.state.listings).toEqual([])
  })

  it('is sixteen MCP servers at a time, however the lists change', () => {
    const simulation = new Simulation()
    update(simulation, { tools: servers(10) })
    update(simulation, { tools: servers(10, 10) })
    expect(errorsIn(simulation.effects)).toMatchObject([{ type: 'rate_limit_error', code: 'too_many_servers' }])
    for (const { itemId } of simulation.state.listings) simulation.feed({ kind: 'tools_listed', itemId, tools: [] })
    update(simulation, { tools: servers(10, 10) })
    expect(errorsIn(simulation.effects)).toHaveLength(1)
  })

  it('counts what responses read outside the conversation with the conversation', () => {
    const simulation = new Simulation({ characters: 10 })
    const ask = (): void => {
      respond(simulation, {
        conversation: 'none',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'twelve chars' }] }],
      })
    }
    ask()
    expect(() => ask()).toThrow()
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full', param: 'response.input' }])
  })
})

describe('A model that was told not to call', () => {
  it('is not obeyed when it does', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [{ type: 'function', name: 'weather' }] })
    const responseId = respond(simulation, { tool_choice: 'none' })
    expect(requestIn(simulation).toolChoice).toBe('none')
    const effects = simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    expect(effects).toEqual([])
  })
})

describe('A conversation that outgrows the model', () => {
  it('never parts a call from its output', () => {
    const simulation = new Simulation({ contextTokens: 2_000 })
    userSays(simulation, 'a long time ago')
    const call = { type: 'function_call' as const, call_id: 'call_1', name: 'f', arguments: '{}' }
    simulation.client({ type: 'conversation.item.create', item: { ...call, id: 'call' } })
    simulation.client({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', id: 'output', call_id: 'call_1', output: 'x'.repeat(5_990) },
    })
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual(['call', 'output'])
  })

  it('gives way for good by the settings of the session alone', () => {
    const simulation = new Simulation({ contextTokens: 4_000 })
    for (const word of ['a', 'b', 'c']) userSays(simulation, word.repeat(3_000))
    const all = simulation.state.entries.map(({ item }) => item.id)
    respond(simulation, { instructions: 'i'.repeat(5_000) })
    expect(requestIn(simulation).itemIds).toEqual(all.slice(1))
    simulation.client({ type: 'response.cancel' })
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual(all)
  })
})

describe('What a client is shown', () => {
  it('has no more of a server’s address than leads to it', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [{ ...mcpTool, server_url: 'https://files.example/mcp?api_key=hidden' }] })
    expect(JSON.stringify(simulation.events)).not.toContain('hidden')
    expect(simulation.effects.find((effect) => effect.kind === 'list_tools')).toMatchObject({
      server: { url: 'https://files.example/mcp?api_key=hidden' },
    })
  })

  it('is an item as it stands, also while it is being spoken', () => {
    const simulation = new Simulation()
    respond(simulation)
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'Hello.' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 2_400 } })
    const effects = simulation.client({ type: 'conversation.item.retrieve', item_id: lastEntry(simulation).item.id })
    expect(effects).toMatchObject([
      { kind: 'show_item', audio: { origin: 'spoken', ms: 100 }, item: { content: [{ transcript: 'Hello.' }] } },
    ])
  })

  it('has nothing of a server that only a response outside the conversation asked', () => {
    const simulation = new Simulation()
    const before = simulation.effects.length
    respond(simulation, { conversation: 'none', tools: [mcpTool] })
    const itemId = simulation.state.listings[0]?.itemId ?? ''
    simulation.feed({ kind: 'tools_listed', itemId, tools: [listedTool('read')] })
    const effects = simulation.effects.slice(before)
    expect(typesIn(effects)).toEqual([
      'response.created',
      '(list_tools)',
      '(arm_timer)',
      '(disarm_timer)',
      '(generate)',
      '(arm_timer)',
    ])
    // nobody could allow a call there
    expect(requestIn(simulation).tools).toBeUndefined()
    expect(sentIn(effects)).toHaveLength(1)
  })
})
