import { is } from '../../judgement/is.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { refuses } from '../../script/refuses.ts'

const frames = checksOf(
  'errors',
  'Text that is not JSON, a binary frame and an event without a type are three refusals.',
)
const unknown = checksOf(
  'errors',
  'An unknown type is refused with invalid_value and param `type`; the message lists the known ones.',
)
const shape = checksOf(
  'errors',
  'An error has type, code, message, param and event_id, always, and names the event that caused it.',
)
const eventId = checksOf('errors', 'event_id is a string of at most 512 characters, and optional.')

const notAnEvent = is.oneOf('invalid_event', 'invalid_json', 'invalid_type')

export const frameChecks = [
  ...frames.refusals([
    { name: 'refuses text that is not JSON', send: 'hello', code: 'invalid_json' },
    { name: 'refuses JSON that is cut short', send: '{"type": "session.upd', code: 'invalid_json' },
    { name: 'refuses an empty text frame', send: '', code: 'invalid_json' },
    { name: 'refuses JSON that is a list', send: '[{"type":"input_audio_buffer.clear"}]', code: notAnEvent },
    { name: 'refuses JSON that is a number', send: '17', code: notAnEvent },
    { name: 'refuses JSON that is null', send: 'null', code: notAnEvent },
    { name: 'refuses a binary frame', send: new Uint8Array([1, 2, 3, 4]), code: 'invalid_event' },
    {
      name: 'refuses an event without a type',
      send: '{"event_id":"one"}',
      code: is.oneOf('invalid_event', 'missing_required_parameter'),
      param: is.oneOf(null, 'type'),
    },
    {
      name: 'refuses an event whose type is no text',
      send: '{"type":17}',
      code: is.oneOf('invalid_event', 'invalid_type', 'invalid_value'),
      param: is.oneOf(null, 'type'),
    },
  ]),
  ...unknown.refusals([
    {
      name: 'refuses a type that it does not know',
      send: { type: 'session.explode' },
      code: 'invalid_value',
      param: 'type',
      message: is.containing('session.update'),
    },
    {
      name: 'refuses the type of a server event',
      send: { type: 'session.created' },
      code: 'invalid_value',
      param: 'type',
    },
  ]),
  shape.fresh('says all five things in every error', async (session) => {
    const error = await refuses(session, { type: 'session.explode', event_id: 'five' }, { param: 'type' })
    expectShape('error', error, {
      event_id: is.someText,
      error: { type: is.text, code: is.text, message: is.text, param: is.text, event_id: 'five' },
    })
  }),
  shape.fresh('answers an error with the event_id of the event that caused it', async (session) => {
    const error = await refuses(session, { type: 'conversation.item.retrieve', item_id: 'none', event_id: 'mine' })
    expectShape('error', error, { error: { event_id: 'mine' } })
  }),
  shape.fresh('leaves error.event_id null where the event had none', async (session) => {
    const error = await refuses(session, '{"type":"session.explode"}', { param: 'type' })
    expectShape('error', error, { error: { event_id: null } })
  }),
  shape.fresh('has its own event_id on an error, not the client’s', async (session) => {
    const error = await refuses(session, { type: 'session.explode', event_id: 'mine' }, { param: 'type' })
    expectShape('error', error, { event_id: is.not('mine') })
  }),
  shape.fresh('answers two misuses with two errors, in their order', async (session) => {
    session.send({ type: 'session.explode', event_id: 'first' })
    session.send({ type: 'session.explode', event_id: 'second' })
    const errors = [await session.next('error'), await session.next('error')]
    expectShape('the errors', errors, [{ error: { event_id: 'first' } }, { error: { event_id: 'second' } }])
  }),
  eventId.fresh('takes an event_id of 512 characters, and an event without one', async (session) => {
    session.send({ type: 'input_audio_buffer.clear', event_id: 'x'.repeat(512) })
    await session.next('input_audio_buffer.cleared')
    session.sendFrame('{"type":"input_audio_buffer.clear"}')
    await session.next('input_audio_buffer.cleared')
  }),
  eventId.fresh('refuses an event_id of 513 characters', async (session) => {
    session.send({ type: 'input_audio_buffer.clear', event_id: 'x'.repeat(513) })
    const answer = await session.next(['error', 'input_audio_buffer.cleared'])
    if (answer.type !== 'error') throw new Unmet('an error event', answer.type)
    expectShape('error', answer, {
      error: { code: is.oneOf('string_above_max_length', 'invalid_value'), param: 'event_id' },
    })
  }),
  ...eventId.refusals([
    {
      name: 'refuses an event_id that is no text',
      send: '{"type":"input_audio_buffer.clear","event_id":7}',
      code: 'invalid_type',
      param: 'event_id',
    },
  ]),
]
