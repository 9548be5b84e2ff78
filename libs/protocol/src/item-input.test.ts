import { describe, expect, it } from 'vitest'
import { parseClientEvent } from './parse.ts'

const parse = (item: unknown) => parseClientEvent(JSON.stringify({ type: 'conversation.item.create', item }))
const say = (role: string, part: unknown) => parse({ type: 'message', role, content: [part] })

const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' }
const call = { type: 'function_call', name: 'weather', arguments: '{}' }
const output = { type: 'function_call_output', call_id: 'call_1', output: '' }

describe('items that a client gives', () => {
  it.each(['png', 'jpeg', 'jpg'])('may show a picture in %s', (format) => {
    const part = { ...image, image_url: `data:image/${format};base64,AAAA` }
    const shown = { event: { item: { content: [{ ...part, detail: 'auto' }] } } }
    expect(say('user', part)).toMatchObject({ ok: true, ...shown })
  })

  it.each(['data:', 'data:image/gif;base64,AAAA', 'https://example.com/a.png', 'data:image/png;base64,A', 'AAAA'])(
    'may not show a picture at %s',
    (image_url) => {
      expect(say('user', { ...image, image_url })).toMatchObject({
        ok: false,
        error: { code: 'invalid_value', param: 'item.content[0].image_url' },
      })
    },
  )

  it.each<[string, string, unknown]>([
    ['invalid_value', 'content[0].type', { type: 'message', role: 'system', content: [image] }],
    ['invalid_value', 'content[0].type', { type: 'message', role: 'assistant', content: [image] }],
    ['missing_required_parameter', 'content[0].type', { type: 'message', role: 'user', content: [{ text: 'Hi' }] }],
    [
      'missing_required_parameter',
      'content[0].text',
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Hi', audio: 'AAAA' }] },
    ],
    [
      'array_above_max_length',
      'content',
      { type: 'message', role: 'user', content: Array(257).fill({ type: 'input_text', text: '' }) },
    ],
    ['missing_required_parameter', 'arguments', { ...call, arguments: undefined }],
    ['invalid_type', 'arguments', { ...call, arguments: {} }],
    ['string_above_max_length', 'arguments', { ...call, arguments: 'x'.repeat(1_048_577) }],
    ['string_below_min_length', 'name', { ...call, name: '' }],
    ['string_above_max_length', 'call_id', { ...call, call_id: 'x'.repeat(65) }],
    ['missing_required_parameter', 'call_id', { ...output, call_id: undefined }],
    ['string_below_min_length', 'call_id', { ...output, call_id: '' }],
    ['string_above_max_length', 'output', { ...output, output: 'x'.repeat(1_048_577) }],
    ['missing_required_parameter', 'approve', { type: 'mcp_approval_response', approval_request_id: 'item_1' }],
    ['invalid_value', 'status', { ...output, status: 'done' }],
    ['string_below_min_length', 'id', { ...output, id: '' }],
  ])('are refused with %s for %s', (code, field, item) => {
    expect(parse(item)).toMatchObject({ ok: false, error: { code, param: `item.${field}` } })
  })

  it('may be what a server made elsewhere, with its blanks filled in', () => {
    const made = { server_label: 'docs', name: 'search', arguments: '{}' }
    expect(parse({ type: 'mcp_call', ...made })).toMatchObject({
      ok: true,
      event: { item: { ...made, approval_request_id: null, output: null, error: null } },
    })
    expect(parse({ type: 'mcp_list_tools', server_label: 'docs', tools: [{ name: 'x', input_schema: {} }] })).toEqual({
      ok: true,
      event: {
        type: 'conversation.item.create',
        item: {
          type: 'mcp_list_tools',
          server_label: 'docs',
          tools: [{ name: 'x', input_schema: {}, description: '', annotations: null }],
        },
      },
    })
    expect(parse({ type: 'mcp_approval_request', ...made })).toMatchObject({ ok: true })
  })
})
