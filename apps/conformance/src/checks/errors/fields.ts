import { is } from '../../judgement/is.ts'
import { checksOf, type Misuse } from '../../script/checks.ts'
import { createItem, message } from '../../script/items.ts'

const missing = checksOf('errors', 'A missing field is refused with missing_required_parameter; param is its path.')
const unknown = checksOf('errors', 'A field that does not exist is refused with unknown_parameter; param is its path.')
const types = checksOf('errors', 'A field of the wrong JSON type is refused with invalid_type; param is its path.')

const lacking = (name: string, send: object, param: string): Misuse => ({
  name: `refuses ${name}`,
  send,
  code: 'missing_required_parameter',
  param,
  message: is.containing(param),
})
const extra = (name: string, send: object, param: string): Misuse => ({
  name: `refuses an unknown field in ${name}`,
  send,
  code: 'unknown_parameter',
  param,
  message: is.containing(param),
})
const wrong = (name: string, send: object, param: string): Misuse => ({
  name: `refuses ${name}`,
  send,
  // Where a field takes several types, a value of yet another is as much a wrong value.
  code: is.oneOf('invalid_type', 'invalid_value'),
  param,
})
const session = (fields: object): object => ({ type: 'session.update', session: { type: 'realtime', ...fields } })
const text = { type: 'input_text', text: 'hi' }

export const fieldChecks = [
  ...missing.refusals([
    lacking('session.update without its session', { type: 'session.update' }, 'session'),
    lacking('session.update without the session’s type', { type: 'session.update', session: {} }, 'session.type'),
    lacking('input_audio_buffer.append without audio', { type: 'input_audio_buffer.append' }, 'audio'),
    lacking('conversation.item.create without its item', { type: 'conversation.item.create' }, 'item'),
    lacking('an item without a type', createItem({ role: 'user', content: [text] }), 'item.type'),
    lacking('a message without a role', createItem({ type: 'message', content: [text] }), 'item.role'),
    lacking('a message without content', createItem({ type: 'message', role: 'user' }), 'item.content'),
    lacking('a text part without text', createItem(message('user', { type: 'input_text' })), 'item.content[0].text'),
    lacking('conversation.item.retrieve without an item_id', { type: 'conversation.item.retrieve' }, 'item_id'),
    lacking('conversation.item.delete without an item_id', { type: 'conversation.item.delete' }, 'item_id'),
    lacking(
      'conversation.item.truncate without audio_end_ms',
      { type: 'conversation.item.truncate', item_id: 'none', content_index: 0 },
      'audio_end_ms',
    ),
    lacking(
      'conversation.item.truncate without content_index',
      { type: 'conversation.item.truncate', item_id: 'none', audio_end_ms: 0 },
      'content_index',
    ),
  ]),
  ...unknown.refusals([
    extra('a session', session({ colour: 'blue' }), 'session.colour'),
    extra('a session’s audio input', session({ audio: { input: { colour: 1 } } }), 'session.audio.input.colour'),
    extra('a session’s audio output', session({ audio: { output: { colour: 1 } } }), 'session.audio.output.colour'),
    extra('input_audio_buffer.commit', { type: 'input_audio_buffer.commit', now: true }, 'now'),
    extra('input_audio_buffer.clear', { type: 'input_audio_buffer.clear', now: true }, 'now'),
    extra('an item', createItem({ ...message('user', text), colour: 1 }), 'item.colour'),
    extra('a content part', createItem(message('user', { ...text, colour: 1 })), 'item.content[0].colour'),
    extra('a response', { type: 'response.create', response: { colour: 1 } }, 'response.colour'),
    extra('response.cancel', { type: 'response.cancel', colour: 1 }, 'colour'),
  ]),
  ...types.refusals([
    wrong('a session that is no object', { type: 'session.update', session: 'all' }, 'session'),
    wrong('instructions that are a number', session({ instructions: 5 }), 'session.instructions'),
    wrong('tools that are no list', session({ tools: { type: 'function' } }), 'session.tools'),
    wrong('audio that is a number', { type: 'input_audio_buffer.append', audio: 5 }, 'audio'),
    wrong('content that is no list', createItem({ type: 'message', role: 'user', content: 'hi' }), 'item.content'),
    wrong(
      'text that is a number',
      createItem(message('user', { type: 'input_text', text: 1 })),
      'item.content[0].text',
    ),
    wrong('an item_id that is a number', { type: 'conversation.item.delete', item_id: 5 }, 'item_id'),
    wrong('a response_id that is a number', { type: 'response.cancel', response_id: 5 }, 'response_id'),
    wrong(
      'an audio_end_ms that is text',
      { type: 'conversation.item.truncate', item_id: 'none', content_index: 0, audio_end_ms: 'all' },
      'audio_end_ms',
    ),
    wrong(
      'response.metadata that is text',
      { type: 'response.create', response: { metadata: 'x' } },
      'response.metadata',
    ),
  ]),
]
