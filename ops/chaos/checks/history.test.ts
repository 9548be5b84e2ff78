import { defaultSession } from '@voicebox/protocol'
import { expect, it } from 'vitest'
import { type Kept, toldToClient } from '../../../apps/gateway/src/testing/kept.ts'
import { toSay } from '../stage/answers.ts'
import type { Transcript } from '../transcript.ts'
import { checkHistory, checkUsage } from './history.ts'
import { makeSimulation } from './simulation.testing.ts'

const verse = 'It snows.'

function written(): Transcript {
  const { item, deletes, answer, turn, dictate, end } = makeSimulation('written')
  turn({ kind: 'ask', words: verse, modality: 'audio' }, () => {
    item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: toSay(verse) }] })
    answer({ words: verse, modality: 'audio', call: null })
  })
  turn({ kind: 'forget', words: verse }, () =>
    deletes(item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: verse }] })),
  )
  turn({ kind: 'dictate', recording: 'r' }, () => dictate())
  return end()
}

const sessionId = 'sess_written'
const transcript = opened(written())
const events = transcript.received.map(({ event }) => event)

function opened({ received, ...others }: Transcript): Transcript {
  const session = defaultSession({ id: sessionId, model: 'gpt-realtime', expiresAt: 4_000_000_000 })
  const event = { type: 'session.created' as const, event_id: 'event_0', session }
  const isGreeting = ({ event: { type } }: { event: { type: string } }): boolean => type === 'session.created'
  return { ...others, received: [{ atMs: 0, event }, ...received.filter((one) => !isGreeting(one))] }
}

function left(change: (kept: Kept) => void): string[] {
  const kept = structuredClone(toldToClient(events))
  change(kept)
  return checkHistory(transcript, new Map([[sessionId, kept]])).map(({ expected }) => expected)
}

it('History that is what the client was told has nothing against it', () => {
  expect(left(() => {})).toEqual([])
  expect(toldToClient(events).items.length).toBeGreaterThan(2)
})

it.each<[string, (kept: Kept) => void]>([
  ['an item is missing', ({ items }) => void items.pop()],
  ['an item is there twice', ({ items }) => void items.push(items[0])],
  ['two items have changed places', ({ items }) => void items.reverse()],
  ['an item is not as it was told last', ({ items }) => void items.splice(0, 1, {})],
  ['a response is missing', ({ responses }) => void responses.pop()],
  ['the end of the session is missing', (kept) => void (kept.session = {})],
  ['nothing is known of the session', (kept) => void (kept.session = null)],
  ['usage is missing', (kept) => void (kept.usage = Object.fromEntries(Object.entries(kept.usage).slice(1)))],
  ['usage is that of nothing', ({ usage }) => void (usage['resp_other'] = {})],
  [
    'a number differs',
    ({ usage }) => {
      for (const turn of Object.keys(usage)) usage[turn] = { ...usage[turn], output_text_tokens: 1_000 }
    },
  ],
])('History is found to be wrong where %s', (_, change) => {
  expect(left(change)).not.toEqual([])
})

it('The sums of days are found to be wrong where they are not those of turns', () => {
  const kept = { ...toldToClient(events), usage: { turn: { output_text_tokens: 3 }, other: { output_text_tokens: 4 } } }
  const sessions = new Map([[sessionId, kept]])
  expect(checkUsage({ sessions, sums: { output_text_tokens: 7 } }, 0)).toEqual([])
  expect(checkUsage({ sessions, sums: { output_text_tokens: 8 } }, 0)).toHaveLength(1)
  expect(checkUsage({ sessions, sums: {} }, 0)).toHaveLength(1)
})
