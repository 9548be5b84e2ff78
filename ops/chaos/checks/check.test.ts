import type { ServerEvent, ServerEventBody, ServerEventOf, ServerEventType } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../finding.ts'
import type { FaultKind } from '../plan/faults.ts'
import type { Strike } from '../strike.ts'
import { lookUpArguments, reportOf, spokenReply, toLookUp, toSay } from '../stage/answers.ts'
import type { Asked, Transcript } from '../transcript.ts'
import { checkSession } from './check.ts'
import { excusesOf } from './excuses.ts'
import { type Ending, type MadeItem, makeSimulation } from './simulation.testing.ts'
import { makeSpellingReader } from './spelling.ts'

const saying = (words: string, modality: 'audio' | 'text'): Asked => ({ words, modality, call: null })
const calling = (city: string): Asked => ({
  words: '',
  modality: 'text',
  call: { name: 'look_up', arguments: lookUpArguments(city) },
})
const userSays = (text: string): MadeItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})
const cancelled = (reason: 'client_cancelled' | 'turn_detected'): Ending => ({
  status: 'cancelled',
  words: 3,
  characters: 9,
  details: { type: 'cancelled', reason },
})
const failed: Ending = {
  status: 'failed',
  words: 2,
  characters: 0,
  details: { type: 'failed', error: { type: 'server_error', code: 'worker_lost' } },
}

const verse = 'It snows. They hang.'

/** A written session in which nothing goes wrong. */
function written(): Transcript {
  const { turn, instruct, item, deletes, truncate, dictate, answer, end } = makeSimulation('written')
  turn({ kind: 'instruct', instructions: 'Be brief.' }, () => instruct('Be brief.'))
  for (const modality of ['audio', 'text'] as const) {
    turn({ kind: 'ask', words: verse, modality }, () => {
      item(userSays(toSay(verse)))
      answer(saying(verse, modality))
    })
  }
  turn({ kind: 'call', city: 'Oslo' }, () => {
    item(userSays(toLookUp('Oslo')))
    answer(calling('Oslo'))
    item({ type: 'function_call_output', call_id: 'call_1', output: 'sunny' })
    answer(saying(reportOf('sunny'), 'text'))
  })
  turn({ kind: 'cancel', words: verse, afterMs: 1 }, () => {
    item(userSays(toSay(verse)))
    answer(saying(verse, 'audio'), cancelled('client_cancelled'))
  })
  turn({ kind: 'truncate', words: verse, heardShare: 0.5 }, () => {
    item(userSays(toSay(verse)))
    truncate(answer(saying(verse, 'audio')))
  })
  turn({ kind: 'forget', words: verse }, () => deletes(item(userSays(verse))))
  turn({ kind: 'dictate', recording: 'r' }, () => dictate())
  return end()
}

/** A spoken session in which nothing goes wrong. */
function spoken(): Transcript {
  const { turn, speak, reply, end } = makeSimulation('spoken')
  turn({ kind: 'speak', recording: 'r', interruptedAfterMs: 5 }, () => {
    speak(1_000, 2_500)
    reply(spokenReply, cancelled('turn_detected'))
  })
  turn({ kind: 'speak', recording: 'r', interruptedAfterMs: null }, () => {
    speak(6_000, 7_500)
    reply(spokenReply)
  })
  return end()
}

const sessions = { written: written(), spoken: spoken() }
const read = makeSpellingReader()
type Plant = (transcript: Transcript) => void

/** What is against the rules, after something was done to a session. */
function violations(kind: keyof typeof sessions, plant: Plant, strikes: Strike[] = []): Finding[] {
  const transcript = structuredClone(sessions[kind])
  plant(transcript)
  return checkSession(transcript, excusesOf(strikes), read).filter(({ excuse }) => excuse === null)
}

/** The rules that are broken then. */
function broken(kind: keyof typeof sessions, plant: Plant, strikes: Strike[] = []): string[] {
  return [...new Set(violations(kind, plant, strikes).map(({ check }) => check))]
}

const lose =
  (at: number): Plant =>
  ({ received }) =>
    void received.splice(at, 1)
const repeat =
  (at: number): Plant =>
  ({ received }) =>
    void received.splice(at, 0, ...received.slice(at, at + 1))
const swap =
  (at: number): Plant =>
  ({ received }) =>
    void received.splice(at, 0, ...received.splice(at + 1, 1))

/** Numbers all events without gaps, as a server does that believes in what it does. */
const believed =
  (plant: Plant): Plant =>
  (transcript) => {
    plant(transcript)
    transcript.received = transcript.received.map(({ atMs, event }, number) => {
      return { atMs, event: { ...event, event_id: `event_${'S'.repeat(15)}${String(number).padStart(6, '0')}` } }
    })
    transcript.journal = null
  }

describe('A session without fault', () => {
  it.each(['written', 'spoken'] as const)('has nothing against it (%s)', (kind) => {
    expect(checkSession(sessions[kind], excusesOf([]), read)).toEqual([])
  })
})

describe.each(['written', 'spoken'] as const)('Of a %s session', (kind) => {
  const events = sessions[kind].received.map(({ event }, at) => ({ at, event }))
  const isEndOfCutAudio = (at: number): boolean => {
    const [event, next] = [events[at]?.event, events[at + 1]?.event]
    if (event?.type !== 'response.output_audio.delta' || next?.type === event.type) return false
    const done = events.find(({ event: end }) => end.type === 'response.done' && end.response.id === event.response_id)
    return done?.event.type === 'response.done' && done.event.response.status !== 'completed'
  }
  const shown = (event: ServerEvent): string => JSON.stringify(event).slice(0, 120)

  it('each event is missed', () => {
    for (const { at, event } of events) {
      expect(broken(kind, lose(at)), shown(event)).toContain('numbers')
      if (isEndOfCutAudio(at)) continue // nobody can tell where it would have been cut
      expect(broken(kind, believed(lose(at))), shown(event)).not.toEqual([])
    }
  })

  it('each event is seen to come twice', () => {
    for (const { at, event } of events) {
      expect(broken(kind, repeat(at)), shown(event)).toContain('numbers')
      expect(broken(kind, believed(repeat(at))), shown(event)).not.toEqual([])
    }
  })

  it('each two events that changed places are seen', () => {
    for (const { at, event } of events.slice(0, -1)) expect(broken(kind, swap(at)), shown(event)).toContain('numbers')
  })
})

describe('A session is found to be against the rule', () => {
  const edit = (type: ServerEvent['type'], change: (event: never) => void, nth = 0): Plant => {
    return ({ received }) => change(received.filter(({ event }) => event.type === type)[nth]?.event as never)
  }
  const put = (body: ServerEventBody): Plant => {
    return believed(({ received }) => void received.push({ atMs: 1, event: { ...body, event_id: '' } }))
  }
  const error = (code: string, event_id: string | null = null): Plant =>
    put({ type: 'error', error: { type: 'server_error', code, message: 'm', param: null, event_id } })

  /** The same again behind the first of its type, but for what is changed. */
  function again<T extends ServerEventType>(type: T, change: (event: ServerEventOf<T>) => object): Plant {
    return believed(({ received }) => {
      const at = received.findIndex(({ event }) => event.type === type)
      const [entry] = received.slice(at)
      if (entry === undefined) throw new Error(`There is no ${type}`)
      const event = { ...entry.event, ...change(entry.event as ServerEventOf<T>) }
      received.splice(at + 1, 0, { ...entry, event })
    })
  }
  /** Something else was asked for than what responses of this status say. */
  const unlike = (status: string): Plant => {
    return ({ received, asked }) => {
      for (const { event } of received) {
        if (event.type !== 'response.done' || event.response.status !== status) continue
        asked[event.response.metadata?.['turn'] ?? ''] = saying('Zz.', 'audio')
      }
    }
  }
  const cancelIn = ({ sent }: Transcript): string | null => {
    return sent.find(({ event }) => event.type === 'response.cancel')?.event.event_id ?? null
  }

  it.each<[string, string, keyof typeof sessions, Plant, string?]>([
    [
      'numbers',
      'an id without a number',
      'written',
      edit('response.done', (e: ServerEvent) => (e.event_id = 'event_x')),
    ],
    [
      'numbers',
      'an event that the server would not send again',
      'written',
      (t) => (t.journal = (t.journal ?? []).slice(0, -1)),
    ],
    [
      'items',
      'an item whose place is another',
      'written',
      edit('conversation.item.added', (e: ServerEventOf<'conversation.item.added'>) => (e.previous_item_id = 'x'), 2),
    ],
    [
      'items',
      'an utterance whose place is another',
      'spoken',
      edit(
        'input_audio_buffer.committed',
        (e: ServerEventOf<'input_audio_buffer.committed'>) => (e.previous_item_id = null),
        1,
      ),
    ],
    [
      'words',
      'other words than were asked for',
      'written',
      (t) => Object.values(t.asked).forEach((asked) => (asked.words += '!')),
    ],
    [
      'words',
      'another function',
      'written',
      (t) => Object.values(t.asked).forEach(({ call }) => call !== null && (call.name = 'x')),
    ],
    ['words', 'a response that nobody asked for', 'written', (t) => (t.asked = {})],
    [
      'responses',
      'deltas that do not make the text',
      'written',
      edit('response.output_text.delta', (e: ServerEventOf<'response.output_text.delta'>) => (e.delta += 'x')),
    ],
    [
      'audio',
      'audio that goes wrong in the middle',
      'written',
      edit(
        'response.output_audio.delta',
        (e: ServerEventOf<'response.output_audio.delta'>) => (e.delta = `AAAAAAAA${e.delta.slice(8)}`),
      ),
    ],
    [
      'statuses',
      'a response that fails',
      'written',
      edit('response.done', (e: ServerEventOf<'response.done'>) => (e.response.status = 'failed')),
    ],
    [
      'statuses',
      'a cancellation without cause',
      'written',
      (t) => (t.sent = t.sent.filter(({ event }) => event.type !== 'response.cancel')),
    ],
    [
      'replies',
      'instructions that were not set',
      'written',
      edit('session.updated', (e: ServerEventOf<'session.updated'>) => Object.assign(e.session, { instructions: 'x' })),
    ],
    ['errors', 'an error', 'written', error('server_error')],
    ['errors', 'an error that another event would excuse', 'written', error('response_cancel_not_active')],
    [
      'speech',
      'speech that is later than it was',
      'spoken',
      edit(
        'input_audio_buffer.speech_started',
        (e: ServerEventOf<'input_audio_buffer.speech_started'>) => (e.audio_start_ms += 600),
      ),
    ],
    [
      'speech',
      'speech that ends sooner than it did',
      'spoken',
      edit(
        'input_audio_buffer.speech_stopped',
        (e: ServerEventOf<'input_audio_buffer.speech_stopped'>) => (e.audio_end_ms -= 600),
      ),
    ],
    [
      'speech',
      'other words than were spoken',
      'spoken',
      edit(
        'conversation.item.input_audio_transcription.completed',
        (e: ServerEventOf<'conversation.item.input_audio_transcription.completed'>) => (e.transcript = 'x'),
      ),
    ],
    [
      'roll call',
      'an item that has changed',
      'written',
      edit(
        'conversation.item.retrieved',
        (e: ServerEventOf<'conversation.item.retrieved'>) => e.item.type === 'message' && (e.item.content = []),
      ),
    ],
    ['ending', 'a turn without end', 'written', (t) => t.turns.forEach((turn) => (turn.stuckOn = 'response.done'))],
    ['ending', 'a close by the server', 'written', (t) => t.connections.forEach((change) => (change.code = 1011))],
    [
      'ending',
      'a session that was forgotten',
      'written',
      (t) => t.connections.unshift({ atMs: 1, kind: 'lost', url: '', code: 4000, reason: 'x.session_not_found' }),
    ],
    [
      'ending',
      'a refusal while all is well',
      'written',
      (t) => t.connections.unshift({ atMs: 1, kind: 'refused', url: '', code: 503, reason: '' }),
    ],
    ['ending', 'no end', 'written', (t) => (t.connections = [])],
    [
      'items',
      'an item that joins again',
      'written',
      again('conversation.item.added', (e) => ({ previous_item_id: e.item.id })),
      'each item once',
    ],
    [
      'items',
      'a commit of another item',
      'spoken',
      edit('input_audio_buffer.committed', (e: ServerEventOf<'input_audio_buffer.committed'>) => (e.item_id = 'x')),
      'the committed item',
    ],
    [
      'items',
      'a commit without its item',
      'spoken',
      put({ type: 'input_audio_buffer.committed', item_id: 'x', previous_item_id: null }),
      'the committed item x',
    ],
    ['items', 'items in another order', 'written', (t) => void t.sent.reverse(), 'the items in order'],
    [
      'responses',
      'two at a time',
      'written',
      again('response.created', (e) => ({ response: { ...e.response, id: 'x' } })),
      'the end of',
    ],
    ['responses', 'one that is created again', 'written', again('response.created', () => ({})), 'created once'],
    [
      'responses',
      'a text that its deltas do not make',
      'written',
      edit('response.output_text.done', (e: ServerEventOf<'response.output_text.done'>) => (e.text = 'x')),
      'what its deltas make',
    ],
    [
      'responses',
      'other items at the end',
      'written',
      edit('response.done', (e: ServerEventOf<'response.done'>) => (e.response.output = [])),
      'the output',
    ],
    ['words', 'other words before it was cancelled', 'written', unlike('cancelled'), '(cancelled)'],
    ['audio', 'other audio before it was cancelled', 'written', unlike('cancelled'), '(cancelled)'],
    [
      'replies',
      'a reply that nobody asked for',
      'written',
      put({ type: 'input_audio_buffer.cleared' }),
      'no input_audio_buffer.cleared',
    ],
    [
      'replies',
      'a cancellation that is refused as well',
      'written',
      (t) => error('response_cancel_not_active', cancelIn(t))(t),
      'or a refusal',
    ],
    [
      'errors',
      'a cancellation that is refused for another reason',
      'written',
      (t) => error('invalid_value', cancelIn(t))(t),
    ],
    [
      'speech',
      'speech that begins as one item and ends as another',
      'spoken',
      edit(
        'input_audio_buffer.speech_stopped',
        (e: ServerEventOf<'input_audio_buffer.speech_stopped'>) => (e.item_id = 'x'),
      ),
      'stopped',
    ],
  ])('of its %s: %s', (rule, _, kind, plant, words = '') => {
    const found = violations(kind, plant).filter(({ check, expected }) => check === rule && expected.includes(words))
    expect(found).not.toEqual([])
  })
})

describe('A fault', () => {
  const strike = (kind: FaultKind, target: string, atMs: number): Strike => {
    return { fault: { kind, target, atMs, lastsMs: 50 }, startedAtMs: atMs, endedAtMs: atMs + 50 }
  }
  /** A session whose response fails. */
  function failing(details: Ending['details'] = failed.details): {
    transcript: Transcript
    fromMs: number
    toMs: number
  } {
    const { turn, item, answer, end } = makeSimulation('written')
    turn({ kind: 'ask', words: verse, modality: 'text' }, () => {
      item(userSays(toSay(verse)))
      answer(saying(verse, 'text'), { ...failed, details })
    })
    const transcript = end()
    return { transcript, fromMs: 1, toMs: transcript.received.at(-2)?.atMs ?? 0 }
  }

  it('of the language worker excuses the failure of what it was busy with, and is named', () => {
    const { transcript, toMs } = failing()
    for (const kind of ['kill-worker', 'freeze-worker'] as const) {
      const found = checkSession(transcript, excusesOf([strike(kind, 'llm-2', toMs - 3)]), read)
      expect(found).toMatchObject([{ check: 'statuses', excuse: `failed (worker_lost) after ${kind} llm` }])
    }
  })

  it('of Redis excuses the failure of what a language worker that leaves was busy with', () => {
    const { transcript, toMs } = failing()
    const strikes = [strike('roll-worker', 'llm-1', toMs - 5), strike('redis-term', 'redis', toMs - 4)]
    const excuse = 'failed (worker_lost) after roll-worker llm without Redis'
    expect(checkSession(transcript, excusesOf(strikes), read)).toMatchObject([{ check: 'statuses', excuse }])
  })

  it('of another worker, another time, or one that must go unnoticed excuses nothing', () => {
    const { transcript, toMs } = failing()
    const strikes = [
      strike('kill-worker', 'tts-1', toMs),
      strike('kill-worker', 'llm-1', toMs + 100),
      strike('roll-worker', 'llm-1', toMs),
      strike('redis-term', 'redis', toMs - 9_000),
      strike('kill-gateway', 'gateway-1', toMs),
    ]
    expect(checkSession(transcript, excusesOf(strikes), read)).toMatchObject([{ check: 'statuses', excuse: null }])
  })

  it('of all members of a kind excuses what needs them, if it lasted, and nothing later', () => {
    const lasting = (target: string, fromMs: number, toMs: number): Strike => {
      return { ...strike('kill-worker', target, fromMs), endedAtMs: toMs }
    }
    const rolled = (one: Strike): Strike => ({ ...one, fault: { ...one.fault, kind: 'roll-worker' } })
    const { transcript } = failing({ type: 'failed', error: { type: 'server_error', code: 'language_unavailable' } })
    const found = (strikes: Strike[]): (string | null)[] =>
      checkSession(transcript, excusesOf(strikes), read).map(({ excuse }) => excuse)
    const away = [lasting('llm-1', -9_000, 900), { ...lasting('llm-2', -9_500, 900) }]
    expect(found(away)).toEqual(['failed (language_unavailable) after kill-worker llm'])
    expect(found(away.map(rolled))).toEqual(['failed (language_unavailable) after absence of all llm'])
    expect(found(away.slice(1).map(rolled))).toEqual([null])
    expect(found([lasting('llm-1', -9_000, 0), lasting('llm-2', 0, 900)].map(rolled))).toEqual([null])
    expect(found(away.map((one) => rolled({ ...one, startedAtMs: -5_000 })))).toEqual([null])
    expect(found(away.map((one) => rolled({ ...one, startedAtMs: -19_000, endedAtMs: -9_000 })))).toEqual([null])
  })

  it('of Redis, of a gateway or of Postgres excuses a refusal, but not a forgotten session', () => {
    const transcript = structuredClone(sessions.written)
    const at = { atMs: 100, url: '', code: 503, reason: '' }
    transcript.connections.unshift({ ...at, kind: 'refused' })
    const unkeyed = strike('postgres-restart', 'postgres', 80)
    for (const excusing of [strike('redis-kill', 'redis', 80), strike('roll-gateway', 'gateway-1', 80), unkeyed])
      expect(checkSession(transcript, excusesOf([excusing]), read)).toMatchObject([
        { check: 'ending', excuse: expect.stringContaining('refused (503)') as string },
      ])
    expect(
      broken('written', (t) => t.connections.unshift({ ...at, kind: 'refused' }), [strike('redis-kill', 'redis', 101)]),
    ).toEqual(['ending'])
    expect(broken('written', (t) => t.connections.unshift({ ...at, kind: 'refused', code: null }), [unkeyed])).toEqual([
      'ending',
    ])
    const refusing = { ...at, kind: 'refused', code: 500 } as const
    expect(broken('written', (t) => t.connections.unshift(refusing), [strike('redis-kill', 'redis', 80)])).toEqual([
      'ending',
    ])
    const unanswered: Plant = (t) => t.connections.forEach((change) => (change.code = 1006))
    const [closing] = sessions.written.connections.slice(-1)
    const closedAtMs = closing?.atMs ?? 0
    expect(broken('written', unanswered, [strike('abandon-gateway', 'gateway-1', closedAtMs - 10)])).toEqual([])
    expect(broken('written', unanswered, [strike('kill-worker', 'tts-1', closedAtMs - 10)])).toEqual(['ending'])
    const lost = { ...at, code: 4000, reason: 'x.session_not_found' }
    expect(
      broken('written', (t) => t.connections.unshift({ ...lost, kind: 'lost' }), [strike('redis-kill', 'redis', 80)]),
    ).toEqual(['ending'])
  })
})
