import { is } from '../../judgement/is.ts'
import { readText } from '../../judgement/read.ts'
import { expectShape } from '../../judgement/shape.ts'
import { NotApplicable, Unmet } from '../../judgement/unmet.ts'
import { speak } from '../../script/audio.ts'
import { checksOf } from '../../script/checks.ts'
import type { Server, Session } from '../../server/server.ts'
import type { WireEvent } from '../../server/wire-event.ts'

const transcripts = checksOf(
  'input_audio',
  'With transcription on, each audio item gets deltas and one completed, or one failed; the deltas add up.',
)
const off = checksOf('input_audio', 'With transcription off, nothing is written down for the client.')
const ends = ['completed', 'failed'].map((end) => `conversation.item.input_audio_transcription.${end}`)

/** Commits a sentence in a session that transcribes; answers how its transcription ended. */
async function transcribed(server: Server): Promise<{ session: Session; id: string; end: WireEvent }> {
  const session = await server.open()
  const audio = { input: { turn_detection: null, transcription: { model: 'gpt-4o-mini-transcribe' } } }
  session.send({ type: 'session.update', session: { type: 'realtime', audio } })
  const answer = await session.next(['session.updated', 'error'])
  if (answer.type === 'error') throw new NotApplicable('the server does not transcribe')
  await speak(session, 0)
  session.send({ type: 'input_audio_buffer.commit' })
  const id = readText(await session.next('input_audio_buffer.committed'), 'item_id')
  return { session, id, end: await session.next(ends) }
}

export const transcriptChecks = [
  transcripts.raw('ends a transcription with completed or failed, of the committed item', async (server) => {
    const { id, end } = await transcribed(server)
    expectShape(end.type, end, { item_id: id, content_index: 0 })
    if (end.type.endsWith('failed')) {
      return expectShape(end.type, end, {
        error: { type: is.text, code: is.text, message: is.text, param: is.not(null) },
      })
    }
    expectShape(end.type, end, { transcript: is.text })
  }),
  transcripts.raw('counts what a transcription used, in tokens or in seconds', async (server) => {
    const { end } = await transcribed(server)
    if (end.type.endsWith('failed')) throw new NotApplicable('the server could not transcribe')
    const tokens = { type: 'tokens', input_tokens: is.count, output_tokens: is.count, total_tokens: is.count }
    expectShape(end.type, end, { usage: is.oneOf(tokens, { type: 'duration', seconds: is.number }) })
  }),
  transcripts.raw('says in deltas what the transcript says', async (server) => {
    const { session, id, end } = await transcribed(server)
    if (end.type.endsWith('failed')) throw new NotApplicable('the server could not transcribe')
    const deltas = session.events.filter(({ type }) => type === 'conversation.item.input_audio_transcription.delta')
    for (const delta of deltas) expectShape(delta.type, delta, { item_id: id, content_index: 0, delta: is.text })
    // A server need not send deltas; those it sends add up.
    if (deltas.length > 0) {
      const sum = deltas.map((delta) => readText(delta, 'delta')).join('')
      expectShape('the sum of the deltas', sum.trim(), readText(end, 'transcript').trim())
    }
  }),
  transcripts.raw('transcribes only after the item was announced', async (server) => {
    const { session } = await transcribed(server)
    const first = session.events.findIndex(({ type }) => type.includes('input_audio_transcription'))
    const added = session.events.findIndex(({ type }) => type === 'conversation.item.added')
    if (added === -1 || first < added) throw new Unmet('conversation.item.added before the transcription', 'it after')
  }),
  off.pushToTalk('writes nothing down where transcription is off', async (session) => {
    await speak(session, 0)
    session.send({ type: 'input_audio_buffer.commit' })
    await session.next('conversation.item.added')
    session.send({ type: 'response.create' })
    await session.next('response.done')
    const written = session.events.find(({ type }) => type.includes('input_audio_transcription'))
    if (written !== undefined) throw new Unmet('no transcription', written.type)
  }),
]
