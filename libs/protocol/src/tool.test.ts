import { describe, expect, it } from 'vitest'
import { parseClientEvent } from './parse.ts'

const parse = (tools: unknown, more: object = {}) =>
  parseClientEvent(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools, ...more } }))

const weather = { type: 'function', name: 'weather' }
const docs = { type: 'mcp', server_label: 'docs', server_url: 'https://mcp.example.com/mcp' }

describe('tools', () => {
  it.each<[string, unknown]>([
    ['a bare function', weather],
    ['a function of every field', { ...weather, description: 'Tells it.', parameters: { type: 'object' } }],
    ['an MCP server by its address', docs],
    ['an MCP server behind a connector', { type: 'mcp', server_label: 'mail', connector_id: 'connector_gmail' }],
    ['an MCP server behind a tunnel', { type: 'mcp', server_label: 'inside', tunnel_id: 'tunnel_1' }],
    ['nulls where they mean the default', { ...docs, headers: null, allowed_tools: null, require_approval: null }],
    ['a filter of tools', { ...docs, allowed_tools: { read_only: true }, require_approval: { never: {} } }],
  ])('may be %s', (_, tool) => {
    expect(parse([tool])).toMatchObject({ ok: true, event: { session: { tools: [tool] } } })
  })

  it.each<[string, string, unknown, string]>([
    ['missing_required_parameter', 'type', { name: 'weather' }, "Missing required parameter: 'session.tools[0].type'."],
    ['invalid_value', 'type', { type: 'web_search' }, "Supported values are: 'function' and 'mcp'."],
    ['missing_required_parameter', 'name', { type: 'function' }, ''],
    ['string_below_min_length', 'name', { ...weather, name: '' }, ''],
    ['string_above_max_length', 'name', { ...weather, name: 'x'.repeat(129) }, ''],
    ['invalid_value', 'name', { ...weather, name: 'get weather' }, "matches the pattern '^[a-zA-Z0-9_-]+$'."],
    ['string_above_max_length', 'description', { ...weather, description: 'x'.repeat(32_769) }, ''],
    ['invalid_type', 'parameters', { ...weather, parameters: [] }, 'expected an object, but got an array'],
    ['unknown_parameter', 'strict', { ...weather, strict: true }, ''],
    [
      'missing_required_parameter',
      'server_url',
      { type: 'mcp', server_label: 'docs' },
      "Missing required parameter: 'session.tools[0].server_url'.",
    ],
    ['invalid_value', 'tunnel_id', { ...docs, tunnel_id: 'tunnel_1' }, "Expected only one of it and 'server_url'."],
    ['missing_required_parameter', 'server_label', { type: 'mcp', server_url: 'https://x' }, ''],
    ['invalid_value', 'server_label', { ...docs, server_label: 'my docs' }, 'does not match pattern'],
    ['invalid_value', 'require_approval', { ...docs, require_approval: 'sometimes' }, "'always' and 'never'."],
    ['unknown_parameter', 'allowed_tools.names', { ...docs, allowed_tools: { names: [] } }, ''],
    ['invalid_value', 'headers.a b', { ...docs, headers: { 'a b': 'c' } }, 'does not match pattern'],
    ['invalid_value', 'headers.a', { ...docs, headers: { a: 'b\r\nc: d' } }, 'does not match pattern'],
    ['invalid_value', 'authorization', { ...docs, authorization: 'token\n' }, 'does not match pattern'],
    [
      'object_above_max_properties',
      'headers',
      { ...docs, headers: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`h${index}`, ''])) },
      'at most 64 properties, but got 65',
    ],
  ])('are refused with %s for %s', (code, field, tool, message) => {
    const parsed = parse([tool])
    expect(parsed).toMatchObject({ ok: false, error: { code, param: `session.tools[0].${field}` } })
    expect(parsed).toMatchObject({ error: { message: expect.stringContaining(message) as string } })
  })

  it('never repeat a secret in an error', () => {
    const secret = 'sk-\u0000secret'
    const parsed = parse([{ ...docs, authorization: secret, headers: { authorization: secret } }])
    expect(parsed.ok).toBe(false)
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })

  it('each have their own name', () => {
    const twice = (tool: unknown) => parse([weather, docs, tool])
    const taken = (param: string) => ({ ok: false, error: { code: 'invalid_value', param } })
    expect(twice({ ...weather, description: 'Another.' })).toMatchObject(taken('session.tools[2].name'))
    expect(twice({ ...docs, server_url: 'https://other' })).toMatchObject(taken('session.tools[2].server_label'))
    expect(twice({ type: 'function', name: 'docs' })).toMatchObject({ ok: true })
  })

  it('may be chosen by name, whether or not they are there', () => {
    const choose = (tool_choice: unknown) => parse([], { tool_choice })
    expect(choose({ type: 'function', name: 'later' })).toMatchObject({ ok: true })
    expect(choose({ type: 'mcp', server_label: 'later' })).toMatchObject({ ok: true })
    expect(choose({ type: 'tool' })).toMatchObject({ ok: false, error: { param: 'session.tool_choice.type' } })
  })
})
