import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { checksOf } from '../../script/checks.ts'
import { add, createItem, message, retrieve, say, userText } from '../../script/items.ts'
import { expectSecret, prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { silence, toBase64 } from '../../speech/pcm.ts'

const retrieving = checksOf('items', 'conversation.item.retrieve answers the item as it is, audio included.')
const deleting = checksOf('items', 'A deleted item is gone: from the conversation, and from what the model sees.')
const truncating = checksOf('items', 'Only audio of the assistant can be truncated, and only to what there is of it.')

const gone = (type: string): object => ({ type: `conversation.item.${type}`, item_id: 'no_such_item' })
const truncate = (itemId: string, audioEndMs = 0): object => ({
  type: 'conversation.item.truncate',
  item_id: itemId,
  content_index: 0,
  audio_end_ms: audioEndMs,
})

export const keepingChecks = [
  retrieving.fresh('answers an item that is asked for', async (session) => {
    await add(session, { id: 'mine', ...userText('Hi.') })
    const content = [{ type: 'input_text', text: 'Hi.' }]
    await retrieve(session, 'mine', { id: 'mine', type: 'message', role: 'user', status: 'completed', content })
  }),
  retrieving.fresh('answers the audio of an item that is asked for', async (session) => {
    const part = { type: 'input_audio', audio: toBase64(silence(200)) }
    const id = readText(await add(session, message('user', part)), 'item.id')
    await retrieve(session, id, { content: [{ type: is.oneOf('input_audio', 'audio'), audio: is.someText }] })
  }),
  ...retrieving.refusals([
    {
      name: 'refuses to retrieve an item that does not exist',
      send: gone('retrieve'),
      code: 'item_retrieve_invalid_item_id',
    },
  ]),
  deleting.fresh('deletes an item and says so', async (session) => {
    const id = await say(session, 'Hi.')
    session.send({ type: 'conversation.item.delete', item_id: id })
    await session.next('conversation.item.deleted', { shape: { item_id: id } })
    await refuses(
      session,
      { type: 'conversation.item.retrieve', item_id: id },
      { code: 'item_retrieve_invalid_item_id' },
    )
  }),
  deleting.fresh('refuses to delete an item twice', async (session) => {
    const id = await say(session, 'Hi.')
    const remove = { type: 'conversation.item.delete', item_id: id }
    session.send(remove)
    await session.next('conversation.item.deleted')
    await refuses(session, remove, { code: 'item_delete_invalid_item_id' })
  }),
  ...deleting.refusals([
    {
      name: 'refuses to delete an item that does not exist',
      send: gone('delete'),
      code: 'item_delete_invalid_item_id',
      param: null,
      message: is.containing('no_such_item'),
    },
  ]),
  deleting.text('lets the model see what was said before', async (session) => {
    await say(session, prompts.secret('ZEBRA'))
    await expectSecret(session, 'ZEBRA')
  }),
  deleting.text('hides a deleted item from the model', async (session) => {
    const id = await say(session, prompts.secret('ZEBRA'))
    session.send({ type: 'conversation.item.delete', item_id: id })
    await session.next('conversation.item.deleted')
    await expectSecret(session, 'NONE')
  }),
  deleting.fresh('appends after the item before a deleted one', async (session) => {
    const first = await say(session, 'one')
    const second = await say(session, 'two')
    session.send({ type: 'conversation.item.delete', item_id: second })
    await session.next('conversation.item.deleted')
    await add(session, userText('three'), {}, { previous_item_id: first })
  }),
  ...truncating.refusals([
    {
      name: 'refuses to truncate an item that does not exist',
      send: truncate('no_such_item'),
      code: 'item_truncate_invalid_item_id',
    },
    {
      name: 'refuses a negative audio_end_ms',
      send: truncate('no_such_item', -1),
      code: is.oneOf('integer_below_min_value', 'invalid_value'),
      param: 'audio_end_ms',
    },
  ]),
  truncating.fresh('refuses to truncate what the user wrote', async (session) => {
    await refuses(session, truncate(await say(session, 'Hi.')), {
      code: is.oneOf(null, 'unsupported_content_type', 'invalid_value', 'item_truncate_invalid_item_id'),
    })
  }),
  truncating.fresh('refuses to truncate what the assistant wrote', async (session) => {
    const added = await add(session, message('assistant', { type: 'output_text', text: 'Hello.' }))
    await refuses(session, truncate(readText(added, 'item.id')), {
      code: is.oneOf(null, 'unsupported_content_type', 'invalid_value', 'item_truncate_invalid_item_id'),
    })
  }),
  ...checksOf('items', 'output_audio_buffer.clear belongs to WebRTC and SIP: over a WebSocket it is refused.').refusals(
    [{ name: 'refuses output_audio_buffer.clear', send: { type: 'output_audio_buffer.clear' }, param: is.present }],
  ),
  ...checksOf('items', 'An answer to an approval names a request that exists.').refusals([
    {
      name: 'refuses an approval that nobody asked for',
      send: createItem({ type: 'mcp_approval_response', approval_request_id: 'mcpr_none', approve: true }),
      param: is.oneOf(null, is.startingWith('item.approval_request_id')),
    },
  ]),
]
