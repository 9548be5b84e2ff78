import { is } from '../../judgement/is.ts'
import { read } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { checksOf } from '../../script/checks.ts'
import { add, message, say, userText } from '../../script/items.ts'
import { expectSaid, expectSecret, prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { begin, finish, only, respond } from '../../script/respond.ts'
import { fence } from '../../script/fence.ts'
import { sessionOf, update } from '../../script/session.ts'

const overrides = checksOf('responses', 'What response.create sets holds for this response only.')
const input = checksOf(
  'responses',
  '`input` replaces the conversation for this response; it may refer to items, or be empty.',
)
const metadata = checksOf('responses', 'metadata is echoed: at most 16 pairs, keys of 64 and values of 512 characters.')
const limits = checksOf('responses', 'A response that reaches max_output_tokens ends incomplete.')
const usage = checksOf('responses', 'response.done counts tokens: total is input and output together.')
const busy = checksOf('responses', 'While a response of the conversation is active, another is refused.')

const create = (response: object): object => ({ type: 'response.create', response })
const pairs = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 'x']))

export const optionChecks = [
  overrides.text(
    'follows the instructions of the session',
    async (session) => {
      await say(session, prompts.hello)
      expectSaid(await respond(session), 'PEACH')
    },
    { instructions: prompts.always('PEACH') },
  ),
  overrides.text(
    'follows a response’s own instructions once, and then the session’s again',
    async (session) => {
      await say(session, prompts.hello)
      expectSaid(await respond(session, { instructions: prompts.always('MANGO') }), 'MANGO')
      await say(session, prompts.hello)
      expectSaid(await respond(session), 'PEACH')
    },
    { instructions: prompts.always('PEACH') },
  ),
  overrides.fresh('writes one answer in a session that speaks', async (session) => {
    await say(session, prompts.word('KIWI'))
    const { done } = await respond(session, { output_modalities: ['text'] })
    expectShape('response.done', done, {
      response: { output_modalities: ['text'], output: [{ content: [{ type: 'output_text' }] }] },
    })
    expectShape('session', sessionOf(await fence(session)), { output_modalities: ['audio'] })
  }),
  overrides.text('does not keep a response’s max_output_tokens for the session', async (session) => {
    const { done } = await respond(session, { max_output_tokens: 1_000 })
    expectShape('response.done', done, { response: { max_output_tokens: 1_000 } })
    expectShape('session', sessionOf(await fence(session)), { max_output_tokens: 'inf' })
  }),
  ...overrides.refusals([
    {
      name: 'refuses max_output_tokens above 4096 in a response',
      send: create({ max_output_tokens: 4_097 }),
      param: 'response.max_output_tokens',
    },
    {
      name: 'refuses two modalities in a response',
      send: create({ output_modalities: ['text', 'audio'] }),
      code: 'invalid_value',
      param: 'response.output_modalities',
    },
    {
      name: 'refuses an unknown conversation in a response',
      send: create({ conversation: 'other' }),
      code: 'invalid_value',
      param: 'response.conversation',
    },
  ]),
  input.text('sees the items of input and nothing else', async (session) => {
    await say(session, prompts.secret('ZEBRA'))
    expectSaid(await respond(session, { input: [userText(prompts.askSecret)] }), 'NONE')
  }),
  input.text('sees an item that input refers to', async (session) => {
    const id = await say(session, prompts.secret('ZEBRA'))
    const answer = await respond(session, { input: [{ type: 'item_reference', id }, userText(prompts.askSecret)] })
    expectSaid(answer, 'ZEBRA')
  }),
  input.text('answers with an empty input from its instructions alone', async (session) => {
    await say(session, prompts.secret('ZEBRA'))
    expectSaid(await respond(session, { input: [], instructions: prompts.always('KIWI') }), 'KIWI')
  }),
  input.text('leaves the items of input out of the conversation', async (session) => {
    await respond(session, { input: [userText(prompts.secret('ZEBRA'))] })
    await expectSecret(session, 'NONE')
  }),
  input.text('takes messages of every role in input', async (session) => {
    const told = message('assistant', { type: 'output_text', text: prompts.secret('ZEBRA') })
    const rules = message('system', { type: 'input_text', text: 'Be brief.' })
    expectSaid(await respond(session, { input: [rules, told, userText(prompts.askSecret)] }), 'ZEBRA')
  }),
  ...input.refusals([
    {
      name: 'refuses a reference to an item that does not exist',
      send: create({ input: [{ type: 'item_reference', id: 'no_such_item' }] }),
    },
  ]),
  metadata.text('echoes metadata from start to end', async (session) => {
    const { created, done } = await respond(session, { metadata: { client_event_id: 'abc', topic: 'fruit' } })
    for (const event of [created, done]) {
      expectShape(event.type, event, { response: { metadata: { client_event_id: 'abc', topic: 'fruit' } } })
    }
  }),
  metadata.text('takes 16 pairs of metadata, at their longest', async (session) => {
    const long = { ...pairs(15), ['k'.repeat(64)]: 'v'.repeat(512) }
    const { created } = await respond(session, { metadata: long })
    expectShape('response.created', created, { response: { metadata: long as Record<string, string> } })
  }),
  ...metadata.refusals([
    {
      name: 'refuses 17 pairs of metadata',
      send: create({ metadata: pairs(17) }),
      param: is.startingWith('response.metadata'),
    },
    {
      name: 'refuses a key of 65 characters in metadata',
      send: create({ metadata: { ['k'.repeat(65)]: 'x' } }),
      param: is.startingWith('response.metadata'),
    },
    {
      name: 'refuses a value of 513 characters in metadata',
      send: create({ metadata: { key: 'v'.repeat(513) } }),
      param: is.startingWith('response.metadata'),
    },
  ]),
  limits.text('ends incomplete at max_output_tokens', async (session) => {
    await say(session, prompts.count)
    const { done } = await respond(session, { max_output_tokens: 8 })
    const status_details = { type: 'incomplete', reason: 'max_output_tokens' }
    expectShape('response.done', done, { response: { status: 'incomplete', status_details } })
  }),
  limits.text('keeps what there is of an incomplete answer', async (session) => {
    await say(session, prompts.count)
    const answer = await respond(session, { max_output_tokens: 8 })
    const [done] = only(answer, 'response.output_item.done')
    expectShape('response.output_item.done', done, {
      item: { status: 'incomplete', content: [{ type: 'output_text', text: is.someText }] },
    })
  }),
  limits.text('obeys the session’s max_output_tokens too', async (session) => {
    await update(session, { max_output_tokens: 8 })
    await say(session, prompts.count)
    expectShape('response.done', (await respond(session)).done, {
      response: { status: 'incomplete', max_output_tokens: 8 },
    })
  }),
  usage.text('counts tokens that add up', async (session) => {
    await say(session, prompts.word('KIWI'))
    const { done } = await respond(session)
    const counted = read(done, 'response.usage')
    expectShape('usage', counted, {
      total_tokens: is.count,
      input_tokens: is.count,
      output_tokens: is.count,
      input_token_details: { text_tokens: is.count, audio_tokens: is.count, cached_tokens: is.count },
      output_token_details: { text_tokens: is.count, audio_tokens: is.count },
    })
    const { input_tokens, output_tokens } = counted as { input_tokens: number; output_tokens: number }
    expectShape('usage', counted, { total_tokens: input_tokens + output_tokens })
  }),
  usage.text('counts no more cached tokens than input tokens', async (session) => {
    await say(session, prompts.word('KIWI'))
    const { done } = await respond(session)
    const input_tokens = read(done, 'response.usage.input_tokens')
    expectShape('usage', read(done, 'response.usage.input_token_details'), {
      cached_tokens: is.between(0, Number(input_tokens)),
    })
  }),
  busy.text('refuses a second response while one is active, and finishes the first', async (session) => {
    await say(session, prompts.count)
    const created = await begin(session)
    const second = session.send({ type: 'response.create' })
    const error = await session.next('error', { where: { error: { event_id: is.oneOf(second, is.nothing) } } })
    const { id, done } = await finish(session, created)
    expectShape('error', error, {
      error: {
        type: 'invalid_request_error',
        code: 'conversation_already_has_active_response',
        message: is.containing(id),
      },
    })
    expectShape('response.done', done, { response: { status: 'completed' } })
  }),
  busy.text('takes another response as soon as the first is done', async (session) => {
    await respond(session)
    await respond(session)
  }),
  busy.text('takes items and updates while a response is active', async (session) => {
    await say(session, prompts.count)
    const created = await begin(session)
    await add(session, userText('Faster, please.'))
    await update(session, { instructions: 'Be brief.' }, { instructions: 'Be brief.' })
    expectShape('response.done', (await finish(session, created)).done, { response: { status: 'completed' } })
  }),
  busy.text('refuses a misused response.create and starts none', async (session) =>
    refuses(session, create({ max_output_tokens: -1 }), { param: 'response.max_output_tokens' }),
  ),
]
