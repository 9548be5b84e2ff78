import { bytesOf } from '@voicebox/audio'
import type { AudioFormat } from '@voicebox/protocol'
import fc from 'fast-check'
import { type Answer, asks, frameOf, spoken } from './script.ts'
import type { Talker } from './talker.ts'

/** Something that a client does and waits for. What it is told meanwhile is the same each time, whoever drives its session. */
export type Act =
  | { kind: 'ask'; answer: Answer; isWritten: boolean; isOutOfBand: boolean }
  | { kind: 'stop'; segments: readonly string[] }
  | { kind: 'speak'; frames: number; isAnswered: boolean }
  | { kind: 'clear'; frames: number }
  | { kind: 'update' }
  | { kind: 'blunder' }
  | { kind: 'look back'; what: 'retrieve' | 'delete' | 'truncate' }

/** A client of a session in which turns are ended by hand. */
export interface Actor {
  begin(): Promise<void>
  do(act: Act): Promise<void>
  /** The levels of what was spoken, by turn. */
  readonly turns: readonly number[][]
}

export const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('ask'),
        answer: fc.record(
          {
            say: fc.array(fc.constantFrom('Yes.', 'One and two.', 'It is a quarter past three.'), { maxLength: 4 }),
            call: fc.record({ name: fc.constant('look'), arguments: fc.constant('{"at":"it"}') }),
          },
          { requiredKeys: ['say'] },
        ),
        isWritten: fc.boolean(),
        isOutOfBand: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('stop'), segments: fc.constant(['On and on.', 'And on.']) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('speak'),
        frames: fc.integer({ min: 6, max: 40 }),
        isAnswered: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear'), frames: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('update') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('blunder') }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('look back'),
        what: fc.constantFrom('retrieve', 'delete', 'truncate'),
      }),
    },
  ),
  { minLength: 1, maxLength: 6 },
)

export function makeActor(talker: Talker, format: AudioFormat = { type: 'audio/pcm', rate: 24_000 }): Actor {
  const turns: number[][] = []
  const expected = { done: 0, said: 0, cleared: 0, updated: 0, errors: 0, retrieved: 0, deleted: 0, truncated: 0 }
  const created = { items: 0 }

  /** Says levels that no other turn has. */
  function append(frames: number): number[] {
    const levels = Array.from({ length: frames }, (_, at) => 1 + ((turns.length * 53 + at * 7) % 500))
    for (const level of levels) {
      const audio = Buffer.from(bytesOf(frameOf(level))).toString('base64')
      talker.send({ type: 'input_audio_buffer.append', audio })
    }
    return levels
  }

  function write(answer: Answer): void {
    created.items += 1
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: asks(answer) }] }
    talker.send({ type: 'conversation.item.create', event_id: `create_${created.items}`, item })
  }

  async function done(): Promise<void> {
    await talker.nth('response.done', (expected.done += 1))
  }

  return {
    turns,
    async begin() {
      const input = { turn_detection: null, transcription: { model: 'whisper-1' } }
      talker.send({ type: 'session.update', session: { type: 'realtime', audio: { input, output: { format } } } })
      await talker.nth('session.updated', (expected.updated += 1))
    },
    async do(act) {
      switch (act.kind) {
        case 'ask': {
          write(act.answer)
          const output_modalities = [act.isWritten ? 'text' : 'audio']
          const tools = [{ type: 'function', name: 'look' }]
          const conversation = act.isOutOfBand ? 'none' : 'auto'
          talker.send({ type: 'response.create', response: { output_modalities, tools, conversation } })
          return done()
        }
        case 'stop': {
          write({ say: act.segments, isEndless: true })
          talker.send({ type: 'response.create' })
          const samples = act.segments.reduce((sum, text, segment) => sum + spoken(text, segment).length, 0)
          // in G.711 the last 5 ms are not sent before the end
          const whole = format.type === 'audio/pcm' ? samples * 2 : samples / 3 - 40
          const id = await talker.until('the answer', () => talker.of('response.created')[expected.done]?.response.id)
          await talker.until('all of the answer', () => {
            const deltas = talker.of('response.output_audio.delta').filter(({ response_id }) => response_id === id)
            const bytes = deltas.reduce((sum, { delta }) => sum + Buffer.byteLength(delta, 'base64'), 0)
            return bytes >= whole ? true : undefined
          })
          talker.send({ type: 'response.cancel' })
          return done()
        }
        case 'speak':
          turns.push(append(act.frames))
          talker.send({ type: 'input_audio_buffer.commit' })
          await talker.nth('conversation.item.input_audio_transcription.completed', (expected.said += 1))
          if (!act.isAnswered) return
          talker.send({ type: 'response.create' })
          return done()
        case 'clear':
          append(act.frames)
          talker.send({ type: 'input_audio_buffer.clear' })
          return void (await talker.nth('input_audio_buffer.cleared', (expected.cleared += 1)))
        case 'update': {
          const instructions = `Be ${expected.updated}.`
          talker.send({ type: 'session.update', session: { type: 'realtime', instructions } })
          return void (await talker.nth('session.updated', (expected.updated += 1)))
        }
        case 'blunder':
          expected.errors += 1
          talker.send({ type: 'session.blunder', event_id: `blunder_${expected.errors}` })
          return void (await talker.nth('error', expected.errors))
        case 'look back':
          return lookBack(act.what)
      }
    },
  }

  async function lookBack(what: Extract<Act, { kind: 'look back' }>['what']): Promise<void> {
    const gone = new Set(talker.of('conversation.item.deleted').map(({ item_id }) => item_id))
    const items = talker.of('conversation.item.done').flatMap(({ item }) => (gone.has(item.id ?? '') ? [] : [item]))
    const said = items.filter(
      (item) => item.type === 'message' && item.role === 'assistant' && item.status === 'completed',
    )
    const item = what === 'retrieve' ? items[0] : (what === 'truncate' ? said : items).at(-1)
    if (item?.id === undefined) return
    const about = { item_id: item.id, event_id: `${what}_${item.id}` }
    const counted = { retrieve: 'retrieved', delete: 'deleted', truncate: 'truncated' } as const
    const how = counted[what]
    const extra = what === 'truncate' ? { content_index: 0, audio_end_ms: 20 } : {}
    const before = talker.of('error').length
    talker.send({ type: `conversation.item.${what}`, ...about, ...extra })
    // only what was spoken can be truncated
    await talker.until(how, () =>
      talker.of(`conversation.item.${how}`).length > expected[how] || talker.of('error').length > before
        ? true
        : undefined,
    )
    if (talker.of('error').length > before) expected.errors += 1
    else expected[how] += 1
  }
}
