import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { add, createItem, message, userText } from '../../script/items.ts'
import { refuses } from '../../script/refuses.ts'

const create = checksOf(
  'items',
  'conversation.item.create is answered by conversation.item.added, then conversation.item.done.',
)
const place = checksOf('items', 'previous_item_id places an item: after that one, first if `root`, last if absent.')
const ids = checksOf('items', 'A client may name its items, in at most 32 characters, each name once.')

const at = (id: string, previous?: string): object =>
  createItem({ id, ...userText(id) }, previous === undefined ? {} : { previous_item_id: previous })

export const creatingChecks = [
  create.fresh('announces an item as added and then as done', async (session) => {
    const added = await add(session, userText('Hi.'))
    const done = await session.next('conversation.item.done')
    const shape = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] }
    for (const event of [added, done]) expectShape('the item event', event, { item: shape })
    const order = session.events.map(({ type }) => type).filter((type) => type.startsWith('conversation.item'))
    expectShape('the order', order, ['conversation.item.added', 'conversation.item.done'])
  }),
  create.fresh('fills in id, object and status', async (session) => {
    const shape = { id: is.id('item'), object: 'realtime.item', status: 'completed' }
    await add(session, userText('Hi.'), {}, { item: shape })
  }),
  create.fresh('creates no response for an item', async (session) => {
    await add(session, userText('Hi.'))
    await fence(session)
    if (session.events.some(({ type }) => type.startsWith('response.'))) throw new Unmet('no response', 'one')
  }),
  create.fresh('accepts a status on an item, without effect', async (session) => {
    await add(session, { ...userText('Hi.'), status: 'incomplete', object: 'realtime.item' }, {}, { item: is.object })
  }),
  place.fresh('names no item before the first', async (session) => {
    await add(session, userText('Hi.'), {}, { previous_item_id: is.nothing })
  }),
  place.fresh('appends an item where no place is named', async (session) => {
    const first = readText(await add(session, userText('one')), 'item.id')
    await add(session, userText('two'), {}, { previous_item_id: first })
  }),
  place.fresh('puts an item first for `root`', async (session) => {
    await add(session, { id: 'second', ...userText('two') })
    await add(
      session,
      { id: 'first', ...userText('one') },
      { previous_item_id: 'root' },
      { previous_item_id: is.oneOf(is.nothing, 'root') },
    )
  }),
  place.fresh('puts an item between two others', async (session) => {
    await add(session, { id: 'one', ...userText('one') })
    await add(session, { id: 'three', ...userText('three') })
    await add(session, { id: 'two', ...userText('two') }, { previous_item_id: 'one' }, { previous_item_id: 'one' })
    await add(session, { id: 'four', ...userText('four') }, {}, { previous_item_id: 'three' })
  }),
  place.fresh('refuses a place after an item that does not exist', async (session) => {
    await refuses(session, at('one', 'no_such_item'), { param: is.oneOf(null, 'previous_item_id') })
  }),
  ids.fresh('keeps the id that the client gave', async (session) => {
    await add(session, { id: 'my-own_id', ...userText('Hi.') }, {}, { item: { id: 'my-own_id' } })
  }),
  ids.fresh('takes an id of 32 characters', async (session) => {
    await add(session, { id: 'x'.repeat(32), ...userText('Hi.') }, {}, { item: { id: 'x'.repeat(32) } })
  }),
  ...ids.refusals([
    {
      name: 'refuses an id of 33 characters',
      send: at('x'.repeat(33)),
      code: is.oneOf('string_above_max_length', 'invalid_value'),
      param: 'item.id',
    },
  ]),
  ids.fresh('refuses an id that is taken', async (session) => {
    await add(session, { id: 'twice', ...userText('one') })
    await refuses(session, at('twice'), { param: is.oneOf(null, 'item.id') })
  }),
  ids.fresh('gives two items different ids', async (session) => {
    const first = readText(await add(session, userText('one')), 'item.id')
    await add(session, message('user', { type: 'input_text', text: 'two' }), {}, { item: { id: is.not(first) } })
  }),
]
