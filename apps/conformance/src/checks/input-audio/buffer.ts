import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { Unmet } from '../../judgement/unmet.ts'
import { append, pushSilence, speak } from '../../script/audio.ts'
import { checksOf } from '../../script/checks.ts'
import { fence } from '../../script/fence.ts'
import { retrieve } from '../../script/items.ts'
import { refuses } from '../../script/refuses.ts'
import { respond } from '../../script/respond.ts'
import { input, update } from '../../script/session.ts'
import { lengthMs, silence } from '../../speech/pcm.ts'

const appending = checksOf('input_audio', 'input_audio_buffer.append adds base64 audio and is not acknowledged.')
const clearing = checksOf('input_audio', 'input_audio_buffer.clear empties the buffer and always succeeds.')
const tooSmall = checksOf(
  'input_audio',
  'A commit of less than 100 ms is refused with input_audio_buffer_commit_empty.',
)
const commits = checksOf(
  'input_audio',
  'A commit makes the buffer an item: committed, then conversation.item.added and done; no response comes of it.',
)

const commit = { type: 'input_audio_buffer.commit' }
const bad = { param: 'audio', code: is.oneOf('invalid_value', 'invalid_type') }

export const bufferChecks = [
  appending.pushToTalk('takes audio without an answer', async (session) => {
    const before = session.events.length
    await pushSilence(session, 400)
    await fence(session)
    const others = session.events.slice(before).filter(({ type }) => type !== 'session.updated')
    if (others.length > 0) throw new Unmet('no answer', others.map(({ type }) => type).join(', '))
  }),
  ...appending.refusals([
    { name: 'refuses audio that is no base64', send: { type: 'input_audio_buffer.append', audio: '***' }, ...bad },
    { name: 'refuses empty audio', send: { type: 'input_audio_buffer.append', audio: '' }, ...bad },
  ]),
  clearing.pushToTalk('clears the buffer', async (session) => {
    await pushSilence(session, 400)
    session.send({ type: 'input_audio_buffer.clear' })
    await session.next('input_audio_buffer.cleared')
    await refuses(session, commit, { code: 'input_audio_buffer_commit_empty' })
  }),
  clearing.fresh('clears an empty buffer, twice', async (session) => {
    for (const _ of [1, 2]) {
      session.send({ type: 'input_audio_buffer.clear' })
      await session.next('input_audio_buffer.cleared')
    }
  }),
  tooSmall.pushToTalk('refuses to commit an empty buffer', async (session) => {
    await refuses(session, commit, { code: 'input_audio_buffer_commit_empty', message: is.containing('0.00ms') })
  }),
  tooSmall.pushToTalk('refuses to commit 60 ms, and says how much there is', async (session) => {
    session.send(append(silence(60)))
    await refuses(session, commit, { code: 'input_audio_buffer_commit_empty', message: is.containing('60.00ms') })
  }),
  tooSmall.pushToTalk('commits 100 ms', async (session) => {
    session.send(append(silence(100)))
    session.send(commit)
    await session.next('input_audio_buffer.committed')
  }),
  commits.pushToTalk('announces the item of a commit in order', async (session) => {
    await speak(session, 0)
    session.send(commit)
    const committed = await session.next('input_audio_buffer.committed', { shape: { previous_item_id: is.nothing } })
    const id = readText(committed, 'item_id')
    const content = [{ type: 'input_audio', transcript: null, audio: is.nothing }]
    const item = { id, type: 'message', role: 'user', status: 'completed', content }
    await session.next('conversation.item.added', { shape: { item } })
    await session.next('conversation.item.done', { shape: { item: { id, role: 'user' } } })
    const order = session.events.map(({ type }) => type).filter((type) => /committed|item\.(added|done)/.test(type))
    const wanted = ['input_audio_buffer.committed', 'conversation.item.added', 'conversation.item.done']
    expectShape('the order', order, wanted)
  }),
  commits.pushToTalk('creates no response and hears no turn without turn detection', async (session) => {
    await speak(session)
    session.send(commit)
    await session.next('conversation.item.added')
    await fence(session)
    const unwanted = session.events.find(({ type }) => /^response\.|speech_/.test(type))
    if (unwanted !== undefined) throw new Unmet('neither a response nor speech events', unwanted.type)
  }),
  commits.pushToTalk('empties the buffer with a commit', async (session) => {
    await pushSilence(session, 200)
    session.send(commit)
    await session.next('conversation.item.added')
    await refuses(session, commit, { code: 'input_audio_buffer_commit_empty' })
  }),
  commits.pushToTalk('chains the items of two commits', async (session) => {
    await pushSilence(session, 200)
    session.send(commit)
    const first = readText(await session.next('input_audio_buffer.committed'), 'item_id')
    await pushSilence(session, 200)
    session.send(commit)
    await session.next('input_audio_buffer.committed', { shape: { previous_item_id: first } })
  }),
  commits.pushToTalk('keeps the committed audio for retrieval', async (session) => {
    await pushSilence(session, 400)
    session.send(commit)
    const id = readText(await session.next('input_audio_buffer.committed'), 'item_id')
    await session.next('conversation.item.added')
    const kept = await retrieve(session, id, { content: [{ audio: is.someText }] })
    const ms = lengthMs(readText(kept, 'item.content.0.audio'))
    expectShape('the length of the audio in ms', Math.round(ms), is.between(350, 450))
  }),
  commits.pushToTalk('answers a committed turn when it is asked to', async (session) => {
    await speak(session, 0)
    session.send(commit)
    await session.next('conversation.item.added')
    const { done } = await respond(session)
    expectShape('response.done', done, { response: { status: 'completed' } })
  }),
  tooSmall.fresh('counts 8 bytes of G.711 as a millisecond', async (session) => {
    await update(session, input({ format: { type: 'audio/pcmu' }, turn_detection: null }))
    session.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(60 * 8, 0xff).toString('base64') })
    await refuses(session, commit, { message: is.containing('60.00ms') })
  }),
]
