import type { McpTool, SessionPatch, Tool, ToolChoice } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { errorsIn, finish, listedTool, mcpTool, requestIn, respond, update, withServer } from './scenes.testing.ts'
import { Simulation } from './simulation.testing.ts'

const weather: Tool = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object' },
}
const mail: McpTool = { ...mcpTool, server_label: 'mail', server_url: 'https://mail.example/mcp' }

function withAll(): Simulation {
  const simulation = new Simulation()
  update(simulation, { tools: [weather] })
  withServer(simulation, mcpTool, ['read', 'write'])
  withServer(simulation, mail, ['read', 'send'])
  return simulation
}

describe('What the model may call', () => {
  it('are the functions of the client and what the servers listed, each under a name of its own', () => {
    const simulation = withAll()
    respond(simulation)
    expect(requestIn(simulation)).toMatchObject({
      tools: [
        { name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' } },
        { name: 'read', description: 'Does read.', parameters: { type: 'object' } },
        { name: 'write' },
        { name: 'mail__read' },
        { name: 'send' },
      ],
      toolChoice: 'auto',
    })
  })

  it('keeps the function where a server has a tool of the same name, wherever it stands', () => {
    const simulation = new Simulation()
    const itemId = withServer(simulation, mcpTool, ['weather'])
    update(simulation, { tools: [mcpTool, weather] })
    expect(simulation.state.listings.map((listing) => listing.itemId)).toEqual([itemId])
    respond(simulation)
    expect(requestIn(simulation).tools?.map(({ name }) => name)).toEqual(['files__weather', 'weather'])
  })

  it('is nothing without tools: then nothing is said of them', () => {
    const simulation = new Simulation()
    update(simulation, { parallel_tool_calls: true })
    respond(simulation)
    expect(Object.keys(requestIn(simulation))).toEqual(['responseId', 'instructions', 'itemIds', 'speech'])
  })

  it('are only the tools of a server that has listed them', () => {
    const simulation = new Simulation()
    update(simulation, { tools: [weather, mcpTool] })
    respond(simulation)
    expect(requestIn(simulation).tools?.map(({ name }) => name)).toEqual(['weather'])
  })

  it('are the tools of the response alone, where it has any', () => {
    const simulation = withAll()
    finish(simulation, respond(simulation, { tools: [{ type: 'function', name: 'time' }] }))
    expect(requestIn(simulation).tools).toEqual([{ name: 'time' }])
    respond(simulation)
    expect(requestIn(simulation).tools).toHaveLength(5)
  })

  it.each<[string, McpTool['allowed_tools'], string[]]>([
    ['all, where nothing is said', null, ['read', 'write', 'look']],
    ['those of a list', ['write'], ['write']],
    ['none, of an empty list', [], []],
    ['those named by a filter', { tool_names: ['read'] }, ['read']],
    ['those that only read', { read_only: true }, ['look']],
    ['those that do not only read', { read_only: false }, ['read', 'write']],
    ['those named that only read', { read_only: true, tool_names: ['look', 'read'] }, ['look']],
    ['none, of a filter that names nothing', {}, []],
  ])('of a server are %s', (_, allowed_tools, names) => {
    const simulation = new Simulation()
    update(simulation, { tools: [{ ...mcpTool, ...(allowed_tools === undefined ? {} : { allowed_tools }) }] })
    const itemId = simulation.state.listings[0]?.itemId ?? ''
    const tools = [listedTool('read'), listedTool('write'), listedTool('look', { readOnlyHint: true })]
    simulation.feed({ kind: 'tools_listed', itemId, tools })
    respond(simulation)
    expect(requestIn(simulation).tools?.map(({ name }) => name) ?? []).toEqual(names)
  })
})

describe('The demand for a tool', () => {
  it.each<[ToolChoice, unknown, string[]]>([
    ['auto', 'auto', ['weather', 'read', 'write', 'mail__read', 'send']],
    ['none', 'none', ['weather', 'read', 'write', 'mail__read', 'send']],
    ['required', 'required', ['weather', 'read', 'write', 'mail__read', 'send']],
    [{ type: 'function', name: 'weather' }, { name: 'weather' }, ['weather', 'read', 'write', 'mail__read', 'send']],
    [{ type: 'mcp', server_label: 'mail', name: 'read' }, { name: 'mail__read' }, ['mail__read', 'send']],
    [{ type: 'mcp', server_label: 'mail' }, 'required', ['mail__read', 'send']],
    [{ type: 'mcp', server_label: 'files', name: null }, 'required', ['read', 'write']],
    // a tool that its server does not have cannot be demanded of the model
    [{ type: 'mcp', server_label: 'mail', name: 'delete' }, 'auto', ['mail__read', 'send']],
  ])('is put to the model: %j', (tool_choice, demand, names) => {
    const simulation = withAll()
    finish(simulation, respond(simulation, { tool_choice }))
    expect(requestIn(simulation).toolChoice).toEqual(demand)
    expect(requestIn(simulation).tools?.map(({ name }) => name)).toEqual(names)
    update(simulation, { tool_choice })
    respond(simulation)
    expect(requestIn(simulation).toolChoice).toEqual(demand)
  })

  it.each<[string, Omit<SessionPatch, 'type'>, string]>([
    ['a function', { tool_choice: { type: 'function', name: 'read' } }, 'session.tool_choice'],
    ['a server', { tool_choice: { type: 'mcp', server_label: 'weather' } }, 'session.tool_choice'],
    [
      'a function that goes with the same change',
      { tools: [], tool_choice: { type: 'function', name: 'weather' } },
      'session.tool_choice',
    ],
    [
      'a connector',
      { tools: [{ type: 'mcp', server_label: 'x', connector_id: 'connector_gmail' }] },
      'session.tools[0].connector_id',
    ],
    [
      'a tunnel',
      { tools: [weather, { type: 'mcp', server_label: 'x', tunnel_id: 't' }] },
      'session.tools[1].tunnel_id',
    ],
  ])('that cannot be met is refused: %s', (_, patch, param) => {
    const simulation = withAll()
    const before = simulation.state
    const effects = update(simulation, patch)
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param }])
    expect(simulation.state).toEqual(before)
  })

  it('for a tool that comes with the same change is met', () => {
    const simulation = new Simulation()
    expect(
      errorsIn(update(simulation, { tools: [weather], tool_choice: { type: 'function', name: 'weather' } })),
    ).toEqual([])
  })

  it('is forgotten where the tools that a response brings do not have it', () => {
    const simulation = withAll()
    update(simulation, { tool_choice: { type: 'function', name: 'weather' } })
    respond(simulation, { tools: [{ type: 'function', name: 'time' }] })
    expect(requestIn(simulation).toolChoice).toBe('auto')
  })
})
