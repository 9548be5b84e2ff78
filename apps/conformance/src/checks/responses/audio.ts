import { is } from '../../judgement/is.ts'
import { readNumber, readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { checksOf } from '../../script/checks.ts'
import { expectConstantIds, expectOrder, expectSum } from '../../script/invariants.ts'
import { retrieve, say } from '../../script/items.ts'
import { expectSaid, expectSecret, prompts } from '../../script/prompts.ts'
import { refuses } from '../../script/refuses.ts'
import { type Answer, only, respond } from '../../script/respond.ts'
import { output, update } from '../../script/session.ts'
import type { Session } from '../../server/server.ts'
import { lengthMs } from '../../speech/pcm.ts'

const flow = checksOf(
  'audio',
  'A spoken answer is audio and its transcript, each in deltas and closed by a done event.',
)
const bytes = checksOf('audio', 'Audio bytes come in deltas and in conversation.item.retrieve, nowhere else.')
const truncation = checksOf(
  'audio',
  'Truncating cuts the assistant’s audio to what was heard, and drops the transcript.',
)

async function spoken(session: Session, response?: object): Promise<Answer> {
  await say(session, prompts.word('PINEAPPLE'))
  return await respond(session, response)
}

const audioOf = (answer: Answer): string[] =>
  only(answer, 'response.output_audio.delta').map((event) => readText(event, 'delta'))
const msOf = (answer: Answer): number => audioOf(answer).reduce((sum, delta) => sum + lengthMs(delta), 0)
const itemOf = (answer: Answer): string => readText(answer.done, 'response.output.0.id')

async function truncated(session: Session, itemId: string, audioEndMs: number): Promise<void> {
  const cut = { item_id: itemId, content_index: 0, audio_end_ms: audioEndMs }
  session.send({ type: 'conversation.item.truncate', ...cut })
  await session.next('conversation.item.truncated', { shape: cut })
}

export const audioChecks = [
  flow.fresh('speaks an answer in the documented order', async (session) => {
    const { events } = await spoken(session)
    const before = ['response.created', 'response.output_item.added', 'response.content_part.added']
    const after = ['response.content_part.done', 'response.output_item.done', 'response.done']
    for (const part of ['response.output_audio', 'response.output_audio_transcript']) {
      expectOrder(events, [...before, `${part}.delta`, `${part}.done`, ...after])
    }
  }),
  flow.fresh('says what it was asked to say', async (session) => expectSaid(await spoken(session), 'PINEAPPLE')),
  flow.fresh('sends transcript deltas that add up', async (session) => {
    const answer = await spoken(session)
    expectSum(answer, 'response.output_audio_transcript', 'transcript')
    expectConstantIds(answer)
  }),
  flow.fresh('opens an audio part with an empty transcript and closes it with all of it', async (session) => {
    const answer = await spoken(session)
    const [added] = only(answer, 'response.content_part.added')
    const [done] = only(answer, 'response.content_part.done')
    expectShape('response.content_part.added', added, { part: { type: 'audio', transcript: is.oneOf('', is.absent) } })
    expectShape('response.content_part.done', done, { part: { type: 'audio', transcript: is.containing('PINEAPPLE') } })
  }),
  flow.fresh('sends whole samples of base64 audio', async (session) => {
    const deltas = audioOf(await spoken(session))
    if (deltas.length === 0) throw new Unmet('response.output_audio.delta', 'none')
    const odd = deltas.find(
      (delta) => Buffer.from(delta, 'base64').length % 2 === 1 || !/^[A-Za-z0-9+/]+=*$/.test(delta),
    )
    if (odd !== undefined) throw new Unmet('base64 of whole samples', `“${odd.slice(0, 40)}”`)
  }),
  flow.fresh('speaks for as long as a word takes', async (session) => {
    expectShape('the length of the audio in ms', msOf(await spoken(session)), is.between(100, 20_000))
  }),
  flow.fresh('sends no written text beside a spoken answer', async (session) => {
    const written = only(await spoken(session), 'response.output_text.delta', 'response.output_text.done')
    if (written.length > 0) throw new Unmet('no response.output_text events', `${written.length}`)
  }),
  flow.fresh('ends the item with output_audio and its transcript', async (session) => {
    const { done } = await spoken(session)
    const content = [{ type: 'output_audio', transcript: is.containing('PINEAPPLE') }]
    const item = { type: 'message', role: 'assistant', status: 'completed', content }
    expectShape('response.done', done, {
      response: { status: 'completed', output_modalities: ['audio'], output: [item] },
    })
  }),
  flow.text('speaks one answer in a session that writes', async (session) => {
    if (msOf(await spoken(session, { output_modalities: ['audio'] })) === 0) throw new Unmet('audio', 'none')
    if (msOf(await spoken(session)) > 0) throw new Unmet('the next answer to be written again', 'audio')
  }),
  flow.fresh('speaks G.711 where it is asked to: a third of the samples, one byte each', async (session) => {
    await update(session, output({ format: { type: 'audio/pcmu' } }))
    const answer = await spoken(session)
    expectShape('response.done', answer.done, { response: { audio: { output: { format: { type: 'audio/pcmu' } } } } })
    const seconds = audioOf(answer).reduce((sum, delta) => sum + Buffer.byteLength(delta, 'base64'), 0) / 8_000
    expectShape('the length of the audio in seconds', seconds, is.between(0.1, 20))
  }),
  bytes.fresh('leaves audio bytes out of the events about items', async (session) => {
    const answer = await spoken(session)
    const id = itemOf(answer)
    const about = session.events.filter((event) => (event['item'] as { id?: string } | undefined)?.id === id)
    const none = is.each({ audio: is.nothing })
    for (const event of about) expectShape(event.type, event, { item: { content: none } })
    expectShape('response.done', answer.done, { response: { output: [{ content: none }] } })
  }),
  bytes.fresh('keeps the spoken audio for retrieval', async (session) => {
    const answer = await spoken(session)
    const kept = await retrieve(session, itemOf(answer), { content: [{ audio: is.someText }] })
    const ms = lengthMs(readText(kept, 'item.content.0.audio'))
    expectShape('the length of the kept audio in ms', ms, is.between(msOf(answer) * 0.95, msOf(answer) * 1.05))
  }),
  truncation.fresh('truncates a spoken answer and says so', async (session) => {
    await truncated(session, itemOf(await spoken(session)), 50)
  }),
  truncation.fresh('truncates to nothing', async (session) => truncated(session, itemOf(await spoken(session)), 0)),
  truncation.fresh('drops the transcript of a truncated answer', async (session) => {
    const id = itemOf(await spoken(session))
    await truncated(session, id, 50)
    await retrieve(session, id, { content: [{ transcript: is.oneOf(is.nothing, '') }] })
  }),
  truncation.fresh('keeps only the heard part of a truncated answer’s audio', async (session) => {
    const id = itemOf(await spoken(session))
    await truncated(session, id, 50)
    const audio = (await retrieve(session, id))['item'] as { content: { audio?: string | null }[] }
    const ms = lengthMs(audio.content[0]?.audio ?? '')
    expectShape('the length of the kept audio in ms', ms, is.between(0, 51))
  }),
  truncation.fresh('refuses to truncate an answer to more than there is', async (session) => {
    const id = itemOf(await spoken(session))
    const cut = { type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms: 3_600_000 }
    await refuses(session, cut, { message: is.containing('already shorter') })
  }),
  truncation.fresh('refuses to truncate a part that is not there', async (session) => {
    const id = itemOf(await spoken(session))
    const cut = { type: 'conversation.item.truncate', item_id: id, content_index: 7, audio_end_ms: 0 }
    await refuses(session, cut)
  }),
  truncation.fresh('hides from the model what was not heard', async (session) => {
    const asked = await say(session, prompts.tellSecret('ZEBRA'))
    const id = itemOf(await respond(session))
    session.send({ type: 'conversation.item.delete', item_id: asked })
    await session.next('conversation.item.deleted')
    await truncated(session, id, 0)
    await expectSecret(session, 'NONE', { output_modalities: ['text'] })
  }),
  flow.fresh('counts audio tokens of a spoken answer', async (session) => {
    const { done } = await spoken(session)
    expectShape('response.done', done, { response: { usage: { output_token_details: { audio_tokens: is.count } } } })
    expectShape('output_tokens', readNumber(done, 'response.usage.output_tokens'), is.between(1, 100_000))
  }),
]
