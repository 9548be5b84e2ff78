import { bytesOf } from '@voicebox/audio'
import { sleep } from '@voicebox/kernel'
import fc from 'fast-check'
import { asks, frameOf } from './script.ts'
import type { Talker } from './talker.ts'

/** Something that a client does without waiting for what comes of the last. */
export interface Haste {
  does:
    | 'write'
    | 'ask'
    | 'ask aside'
    | 'cancel'
    | 'append'
    | 'commit'
    | 'clear'
    | 'update'
    | 'delete'
    | 'retrieve'
    | 'blunder'
  /** Before it does the next. */
  waitMs: number
  /** How much of it. */
  size: number
}

export const haste = fc.array(
  fc.record({
    does: fc.constantFrom<Haste['does'][]>(
      'write',
      'write',
      'ask',
      'ask',
      'ask aside',
      'cancel',
      'append',
      'append',
      'commit',
      'clear',
      'update',
      'delete',
      'retrieve',
      'blunder',
    ),
    waitMs: fc.constantFrom(0, 0, 0, 1, 5, 20),
    size: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 3, maxLength: 25, size: 'max' },
)

/** Does all that, waits until everything has an end, and says which of its events did not act exactly once. */
export async function hurry(talker: Talker, doing: readonly Haste[]): Promise<string[]> {
  const acts: Did[] = []
  const items: string[] = []

  function send(does: Haste['does'], event: (id: string) => object): void {
    const id = `act_${acts.length}`
    acts.push({ id, does })
    talker.send({ event_id: id, ...event(id) })
  }

  const input = { turn_detection: null, transcription: { model: 'whisper-1' } }
  talker.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
  for (const { does, waitMs, size } of doing) {
    switch (does) {
      case 'write': {
        const id = `mine_${items.length}`
        items.push(id)
        const say = Array.from({ length: size }, (_, at) => `This is sentence ${at} of ${size}.`)
        const content = [{ type: 'input_text', text: asks({ say, isEndless: size === 4 }) }]
        send(does, () => ({ type: 'conversation.item.create', item: { type: 'message', role: 'user', id, content } }))
        break
      }
      case 'ask':
      case 'ask aside': {
        const conversation = does === 'ask' ? 'auto' : 'none'
        send(does, (id) => ({ type: 'response.create', response: { conversation, metadata: { id } } }))
        break
      }
      case 'append':
        for (let frame = 0; frame < 4 * size; frame++) {
          const audio = Buffer.from(bytesOf(frameOf(frame))).toString('base64')
          send(does, () => ({ type: 'input_audio_buffer.append', audio }))
        }
        break
      case 'cancel':
        send(does, () => ({ type: 'response.cancel' }))
        break
      case 'commit':
      case 'clear':
        send(does, () => ({ type: `input_audio_buffer.${does}` }))
        break
      case 'update':
        send(does, (id) => ({ type: 'session.update', session: { type: 'realtime', instructions: id } }))
        break
      case 'delete':
      case 'retrieve':
        send(does, () => ({ type: `conversation.item.${does}`, item_id: items.at(-size) ?? 'item_none' }))
        break
      case 'blunder':
        send(does, (id) => ({ type: id }))
    }
    if (waitMs > 0) await sleep(waitMs)
  }
  await becomeQuiet(talker)
  return [...faultsByEvent(talker, acts), ...faultsByKind(talker, acts)]
}

interface Did {
  id: string
  does: Haste['does']
}

/** Stops what would go on, and waits until nothing is under way. */
async function becomeQuiet(talker: Talker): Promise<void> {
  const open = (): string[] => {
    const done = new Set(talker.of('response.done').map(({ response }) => response.id))
    return talker.of('response.created').flatMap(({ response: { id } }) => (done.has(id) ? [] : [id]))
  }
  for (let round = 0; ; round++) {
    talker.send({ type: 'probe', event_id: `probe_${round}` })
    await talker.until('an answer to the probe', () =>
      talker.of('error').find(({ error }) => error.event_id === `probe_${round}`),
    )
    const [id] = open()
    if (id === undefined) break
    talker.send({ type: 'response.cancel', response_id: id })
    await talker.until(`the end of ${id}`, () => (open().includes(id) ? undefined : true))
  }
  await talker.until('all words', () => {
    const gone = new Set(talker.of('conversation.item.deleted').map(({ item_id }) => item_id))
    const said = new Set(
      talker.of('conversation.item.input_audio_transcription.completed').map(({ item_id }) => item_id),
    )
    return talker.of('input_audio_buffer.committed').every(({ item_id }) => said.has(item_id) || gone.has(item_id))
      ? true
      : undefined
  })
}

/** Each event of the client that says which it was did something, or was refused, once. */
function faultsByEvent(talker: Talker, acts: readonly Did[]): string[] {
  const effects = [
    ...talker.of('error').map(({ error }) => error.event_id),
    ...talker.of('response.created').map(({ response }) => response.metadata?.['id']),
    ...talker.of('session.updated').map(({ session }) => ('instructions' in session ? session.instructions : null)),
  ]
  return acts.flatMap(({ id, does }) => {
    const times = effects.filter((effect) => effect === id).length
    const isTold = ['ask', 'ask aside', 'update', 'blunder'].includes(does)
    return times > 1 || (isTold && times === 0) ? [`${does} ${id} has ${times} effects`] : []
  })
}

/** Of the others it is only known how many there were of a kind. */
function faultsByKind(talker: Talker, acts: readonly Did[]): string[] {
  const counted = {
    write: talker.of('conversation.item.added').filter(({ item }) => item.id?.startsWith('mine_')),
    commit: talker.of('input_audio_buffer.committed'),
    clear: talker.of('input_audio_buffer.cleared'),
    delete: talker.of('conversation.item.deleted'),
    retrieve: talker.of('conversation.item.retrieved'),
  }
  return Object.entries(counted).flatMap(([kind, effects]) => {
    const ids = acts.flatMap(({ id, does }) => (does === kind ? [id] : []))
    const refusals = talker.of('error').filter(({ error }) => ids.includes(error.event_id ?? ''))
    const came = effects.length + refusals.length
    return came === ids.length ? [] : [`${ids.length} times ${kind} had ${came} effects`]
  })
}
