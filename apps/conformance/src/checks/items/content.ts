import { is } from '../../judgement/is.ts'
import type { Shape } from '../../judgement/shape.ts'
import { checksOf, type Misuse } from '../../script/checks.ts'
import { add, createItem, message } from '../../script/items.ts'
import { silence, toBase64 } from '../../speech/pcm.ts'

const roles = checksOf(
  'items',
  'Each role has its content: the system and the user input_text, the assistant output_text.',
)
const images = checksOf('items', 'The user may show pictures: data URIs of PNG or JPEG.')
const audio = checksOf('items', 'The user’s audio is echoed without its bytes, with transcript null until known.')
const lengths = checksOf('items', 'input_text holds at most 256,000 characters.')

/** One red pixel. */
const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
const spoken = toBase64(silence(200))

const misplaced = (role: string, part: { type: string; [field: string]: string }): Misuse => ({
  name: `refuses ${part.type} from the ${role}`,
  send: createItem(message(role, part)),
  code: is.oneOf('invalid_value', 'missing_required_parameter'),
  param: is.startingWith('item.content[0]'),
})
const echo = (role: string, part: Shape): Shape => ({ item: { type: 'message', role, content: [part] } })

export const contentChecks = [
  ...(['user', 'system'] as const).map((role) =>
    roles.fresh(`takes input_text from the ${role}`, async (session) => {
      const part = { type: 'input_text', text: 'Grüße, 世界 👋' }
      await add(session, message(role, part), {}, echo(role, part))
    }),
  ),
  roles.fresh('takes output_text from the assistant', async (session) => {
    const part = { type: 'output_text', text: 'Hello.' }
    await add(session, message('assistant', part), {}, echo('assistant', part))
  }),
  roles.fresh('takes several parts in one message', async (session) => {
    const parts = ['one', 'two'].map((text) => ({ type: 'input_text', text }))
    await add(session, message('user', ...parts), {}, { item: { content: parts } })
  }),
  ...roles.refusals([
    misplaced('user', { type: 'output_text', text: 'Hi.' }),
    misplaced('assistant', { type: 'input_text', text: 'Hi.' }),
    misplaced('system', { type: 'output_text', text: 'Hi.' }),
    misplaced('system', { type: 'input_audio', audio: spoken }),
    misplaced('assistant', { type: 'output_audio', audio: spoken }),
    {
      name: 'refuses an unknown role',
      send: createItem(message('robot', { type: 'input_text', text: 'x' })),
      code: 'invalid_value',
      param: 'item.role',
    },
    {
      name: 'refuses an unknown kind of content',
      send: createItem(message('user', { type: 'smell' })),
      code: 'invalid_value',
      param: 'item.content[0].type',
    },
    {
      name: 'refuses an unknown type of item',
      send: createItem({ type: 'poem' }),
      code: 'invalid_value',
      param: 'item.type',
    },
  ]),
  images.fresh('takes a picture from the user', async (session) => {
    const part = { type: 'input_image', image_url: png }
    await add(session, message('user', part), {}, echo('user', { type: 'input_image' }))
  }),
  images.fresh('takes a picture with its detail beside text', async (session) => {
    const parts = [
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image_url: png, detail: 'low' },
    ]
    const shape = [{ type: 'input_text' }, { type: 'input_image', detail: 'low' }]
    await add(session, message('user', ...parts), {}, { item: { content: shape } })
  }),
  ...images.refusals([
    {
      name: 'refuses a picture that is no data URI of PNG or JPEG',
      send: createItem(message('user', { type: 'input_image', image_url: 'data:text/plain;base64,aGk=' })),
      param: is.startingWith('item.content[0]'),
    },
    {
      name: 'refuses an unknown detail of a picture',
      send: createItem(message('user', { type: 'input_image', image_url: png, detail: 'microscopic' })),
      code: 'invalid_value',
      param: 'item.content[0].detail',
    },
  ]),
  audio.fresh('echoes audio without its bytes, transcript null', async (session) => {
    const shape = { type: 'input_audio', transcript: null, audio: is.nothing }
    await add(session, message('user', { type: 'input_audio', audio: spoken }), {}, echo('user', shape))
  }),
  audio.fresh('keeps the transcript that the client gave', async (session) => {
    const part = { type: 'input_audio', audio: spoken, transcript: 'hello' }
    await add(
      session,
      message('user', part),
      {},
      echo('user', { type: 'input_audio', transcript: is.oneOf('hello', null) }),
    )
  }),
  ...audio.refusals([
    {
      name: 'refuses audio that is no base64',
      send: createItem(message('user', { type: 'input_audio', audio: '***' })),
      param: is.startingWith('item.content[0].audio'),
    },
  ]),
  lengths.fresh('takes a text of 100,000 characters', async (session) => {
    const text = 'x'.repeat(100_000)
    await add(session, message('user', { type: 'input_text', text }), {}, echo('user', { type: 'input_text', text }))
  }),
  ...lengths.refusals([
    {
      name: 'refuses a text of 256,001 characters',
      send: createItem(message('user', { type: 'input_text', text: 'x'.repeat(256_001) })),
      code: 'string_above_max_length',
      param: 'item.content[0].text',
    },
  ]),
]
