import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect } from './support/client.ts'
import { append, silence } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
let client: Client

beforeAll(async () => {
  stack = await startStack()
  client = await connect(stack.ws())
  await client.next('session.created')
})
afterAll(async () => {
  await client.close()
  await stack.close()
})

interface Misuse {
  title: string
  send: object | string
  code: string
  param: string | null
}

const item = (content: object, role = 'user'): object => ({
  type: 'conversation.item.create',
  item: { type: 'message', role, content: [content] },
})
const tool = { type: 'function', name: 'f' }
const input = (fields: object): object => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { input: fields } },
})

const misuses: Misuse[] = [
  { title: 'text that is not JSON', send: '{"type": ', code: 'invalid_json', param: null },
  { title: 'JSON that is not an object', send: '[1,2]', code: 'invalid_event', param: null },
  { title: 'an event without a type', send: { event_id: 'e' }, code: 'invalid_event', param: null },
  { title: 'an unknown type', send: { type: 'session.explode' }, code: 'invalid_value', param: 'type' },
  {
    title: 'an update without its session',
    send: { type: 'session.update' },
    code: 'missing_required_parameter',
    param: 'session',
  },
  {
    title: 'an update without its type',
    send: { type: 'session.update', session: {} },
    code: 'missing_required_parameter',
    param: 'session.type',
  },
  {
    title: 'an unknown field',
    send: { type: 'session.update', session: { type: 'realtime', colour: 1 } },
    code: 'unknown_parameter',
    param: 'session.colour',
  },
  {
    title: 'temperature, which GA has not',
    send: { type: 'session.update', session: { type: 'realtime', temperature: 1 } },
    code: 'unknown_parameter',
    param: 'session.temperature',
  },
  {
    title: 'instructions that are no text',
    send: { type: 'session.update', session: { type: 'realtime', instructions: 5 } },
    code: 'invalid_type',
    param: 'session.instructions',
  },
  {
    title: 'two modalities',
    send: { type: 'session.update', session: { type: 'realtime', output_modalities: ['audio', 'text'] } },
    code: 'invalid_value',
    param: 'session.output_modalities',
  },
  {
    title: 'a threshold above one',
    send: input({ turn_detection: { type: 'server_vad', threshold: 1.5 } }),
    code: 'decimal_above_max_value',
    param: 'session.audio.input.turn_detection.threshold',
  },
  {
    title: 'negative padding',
    send: input({ turn_detection: { type: 'server_vad', prefix_padding_ms: -1 } }),
    code: 'integer_below_min_value',
    param: 'session.audio.input.turn_detection.prefix_padding_ms',
  },
  {
    title: 'an unknown turn detection',
    send: input({ turn_detection: { type: 'telepathy' } }),
    code: 'invalid_value',
    param: 'session.audio.input.turn_detection.type',
  },
  {
    title: 'another model',
    send: { type: 'session.update', session: { type: 'realtime', model: 'gpt-realtime-mini' } },
    code: 'invalid_value',
    param: 'session.model',
  },
  {
    title: 'two tools of one name',
    send: { type: 'session.update', session: { type: 'realtime', tools: [tool, tool] } },
    code: 'invalid_value',
    param: 'session.tools[1].name',
  },
  {
    title: 'an MCP server that is not public',
    send: {
      type: 'session.update',
      session: { type: 'realtime', tools: [{ type: 'mcp', server_label: 'm', server_url: 'http://127.0.0.1:1/' }] },
    },
    code: 'invalid_value',
    param: 'session.tools[0].server_url',
  },
  {
    title: 'an idle timeout that is too short',
    send: input({ turn_detection: { type: 'server_vad', idle_timeout_ms: 4_999 } }),
    code: 'integer_below_min_value',
    param: 'session.audio.input.turn_detection.idle_timeout_ms',
  },
  {
    title: 'an id of half a character',
    send: { type: 'conversation.item.create', item: { id: '\ud800', type: 'message', role: 'user', content: [] } },
    code: 'invalid_value',
    param: 'item.id',
  },
  {
    title: 'an append without audio',
    send: { type: 'input_audio_buffer.append' },
    code: 'missing_required_parameter',
    param: 'audio',
  },
  {
    title: 'an append of nothing',
    send: { type: 'input_audio_buffer.append', audio: '' },
    code: 'invalid_value',
    param: 'audio',
  },
  {
    title: 'an append that is no base64',
    send: { type: 'input_audio_buffer.append', audio: '***' },
    code: 'invalid_value',
    param: 'audio',
  },
  {
    title: 'an append of an odd number of bytes',
    send: { type: 'input_audio_buffer.append', audio: 'AAAA' },
    code: 'invalid_value',
    param: 'audio',
  },
  {
    title: 'a commit of nothing',
    send: { type: 'input_audio_buffer.commit' },
    code: 'input_audio_buffer_commit_empty',
    param: null,
  },
  {
    title: 'a commit with an extra field',
    send: { type: 'input_audio_buffer.commit', now: true },
    code: 'unknown_parameter',
    param: 'now',
  },
  {
    title: 'an item without content',
    send: { type: 'conversation.item.create', item: { type: 'message', role: 'user' } },
    code: 'missing_required_parameter',
    param: 'item.content',
  },
  {
    title: 'an unknown role',
    send: item({ type: 'input_text', text: 'x' }, 'robot'),
    code: 'invalid_value',
    param: 'item.role',
  },
  {
    title: 'content of the wrong role',
    send: item({ type: 'output_text', text: 'x' }),
    code: 'invalid_value',
    param: 'item.content[0].type',
  },
  {
    title: 'audio put into the assistant’s mouth',
    send: item({ type: 'output_audio', audio: 'AAAA' }, 'assistant'),
    code: 'missing_required_parameter',
    param: 'item.content[0].text',
  },
  {
    title: 'an item after one that does not exist',
    send: {
      type: 'conversation.item.create',
      previous_item_id: 'item_none',
      item: { type: 'message', role: 'user', content: [] },
    },
    code: 'invalid_value',
    param: 'previous_item_id',
  },
  {
    title: 'the output of a call that was never made',
    send: {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_none', output: '' },
    },
    code: 'invalid_tool_call_id',
    param: 'item.call_id',
  },
  {
    title: 'an id of 33 characters',
    send: {
      type: 'conversation.item.create',
      item: { id: 'x'.repeat(33), type: 'message', role: 'user', content: [] },
    },
    code: 'string_above_max_length',
    param: 'item.id',
  },
  {
    title: 'too many tokens',
    send: { type: 'response.create', response: { max_output_tokens: 5000 } },
    code: 'integer_above_max_value',
    param: 'response.max_output_tokens',
  },
  { title: 'a cancel of nothing', send: { type: 'response.cancel' }, code: 'response_cancel_not_active', param: null },
  {
    title: 'a cancel of an unknown response',
    send: { type: 'response.cancel', response_id: 'resp_none' },
    code: 'response_cancel_not_active',
    param: null,
  },
]

describe('A misused event', () => {
  it.each(misuses)('is refused by code and param: $title', async ({ send, code, param }) => {
    const id = `misuse_${code}`
    if (typeof send === 'string') client.sendText(send)
    else client.send({ event_id: id, ...send })
    const { error } = await client.next('error')
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param })
    if (typeof send !== 'string') expect(error.event_id).toBe('event_id' in send ? send.event_id : id)
  })

  it('as a binary frame is refused too', async () => {
    client.socket.send(Buffer.from([1, 2, 3]))
    expect((await client.next('error')).error.code).toBe('invalid_event')
  })

  it('changes nothing: the session and the conversation are as before', async () => {
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    const { session } = await client.next('session.updated')
    const created = client.of('session.created')[0]?.session
    expect(session).toEqual({ ...created, output_modalities: ['text'] })
    expect(client.of('conversation.item.added')).toEqual([])
  })

  it('in an unanswered response leaves that response alone', async () => {
    client.send({
      type: 'conversation.item.create',
      item: { id: 'one', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    })
    client.send({ type: 'response.create' })
    client.send({ type: 'response.create', event_id: 'second' })
    const created = await client.next('response.created')
    const { error } = await client.next('error', (event) => event.error.event_id === 'second')
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', param: null })
    expect(error.message).toContain(created.response.id)
    const done = await client.next('response.done')
    expect(done.response).toMatchObject({ id: created.response.id, status: 'completed' })
    client.send({ type: 'conversation.item.create', item: { id: 'one', type: 'message', role: 'user', content: [] } })
    expect((await client.next('error')).error).toMatchObject({ code: 'invalid_value', param: 'item.id' })
  })

  it('of the voice after audio was heard is refused, but the same voice is not', async () => {
    client.send({ type: 'response.create', response: { output_modalities: ['audio'] } })
    await client.next('response.done')
    const voice = (name: string): object => ({
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: name } } },
    })
    client.send(voice('echo'))
    expect((await client.next('error')).error).toMatchObject({ code: 'cannot_update_voice', param: null })
    client.send(voice('alloy'))
    await client.next('session.updated')
  })

  it('in the form of a short commit names how much there is', async () => {
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    client.send(append(silence(60)))
    client.send({ type: 'input_audio_buffer.commit' })
    const { error } = await client.next('error')
    expect(error.message).toBe(
      'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 60.00ms of audio.',
    )
  })
})
