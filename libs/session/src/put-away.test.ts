import { describe, expect, it } from 'vitest'
import { historyOf } from './history.ts'
import { recordsOf, stateFrom } from './records.ts'
import { answerAloud, errorsIn, finish, requestIn, respond, update } from './scenes.testing.ts'
import { conversationIn, responseIn, sentIn, Simulation, userSays } from './simulation.testing.ts'
import type { SessionLimits } from './state.ts'
import { step } from './step.ts'

/** A session that is nearly full with seven items, of which six stay. */
function session(limits: Partial<SessionLimits> = {}): Simulation {
  return new Simulation({ items: 8, keepsHistory: true, ...limits })
}

function say(simulation: Simulation, ids: Iterable<string>, previous?: string): void {
  for (const id of ids) {
    simulation.client({
      type: 'conversation.item.create',
      item: written(id),
      ...(previous === undefined ? {} : { previous_item_id: previous }),
    })
  }
}

const written = (id: string) => ({
  type: 'message' as const,
  role: 'user' as const,
  id,
  content: [{ type: 'input_text' as const, text: id }],
})

const call = (callId: string) => ({
  type: 'function_call' as const,
  id: callId,
  call_id: callId,
  name: 'f',
  arguments: '{}',
})

function keptIn({ state }: Simulation): string {
  return state.entries.map(({ item }) => item.id).join('')
}

function awayIn({ state }: Simulation): string {
  return state.away.flatMap(({ ids }) => ids).join('')
}

describe('A long conversation of which history is kept', () => {
  it('puts its oldest items away before it is full, tells the client nothing of it, and is never refused more', () => {
    const simulation = session()
    say(simulation, 'abcdef')
    expect(awayIn(simulation)).toBe('')
    say(simulation, 'g')
    expect([awayIn(simulation), keptIn(simulation)]).toEqual(['a', 'bcdefg'])
    const before = simulation.events.length
    say(simulation, 'hijklmnopqrstuvwxyz')
    expect(simulation.state.entries.length).toBeLessThan(8)
    expect(conversationIn(simulation.state).join('')).toBe('abcdefghijklmnopqrstuvwxyz')
    expect(simulation.events.slice(before).map(({ type }) => type)).toEqual(
      Array.from({ length: 19 }, () => ['conversation.item.added', 'conversation.item.done']).flat(),
    )
  })

  it('is full as ever where no history is kept', () => {
    const simulation = session({ keepsHistory: false })
    say(simulation, 'abcdefghi')
    expect(awayIn(simulation)).toBe('')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full' }])
  })

  it('makes room by what items have to say, too', () => {
    const simulation = session({ characters: 80 })
    for (const text of ['x'.repeat(30), 'y'.repeat(30), 'z']) userSays(simulation, text)
    expect(simulation.state.entries).toHaveLength(3)
    userSays(simulation, 'z'.repeat(15))
    expect(simulation.state.entries).toHaveLength(3)
    expect(errorsIn(simulation.effects)).toEqual([])
  })

  it('never puts its last item away, however large', () => {
    const simulation = session({ characters: 20 })
    userSays(simulation, 'a')
    userSays(simulation, 'b'.repeat(30))
    expect(simulation.state.entries).toHaveLength(1)
    userSays(simulation, 'c')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full' }])
  })

  it('is full once a hundred thousand items were put away', () => {
    const simulation = session()
    const ids = Array.from({ length: 99_999 }, (_, at) => `item_${at}`)
    simulation.state = { ...simulation.state, away: [{ nth: 1, ids, least: 1, greatest: 2 }] }
    say(simulation, 'abcdefghij')
    expect(keptIn(simulation)).toBe('bcdefghi')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full' }])
  })

  it('shows the model what is kept', () => {
    const simulation = session()
    say(simulation, 'abcdefg')
    respond(simulation)
    expect(requestIn(simulation).itemIds.join('')).toBe('bcdefg')
  })

  it('keeps what an answer under way reads, and makes room when that is done', () => {
    const simulation = session()
    say(simulation, 'abcdef')
    const responseId = respond(simulation, { output_modalities: ['text'] })
    say(simulation, 'gh')
    expect(awayIn(simulation)).toBe('')
    say(simulation, 'i')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full' }])
    finish(simulation, responseId)
    expect(awayIn(simulation)).toBe('ab')
    say(simulation, 'i')
    expect(errorsIn(simulation.effects)).toHaveLength(1)
  })

  it('keeps what is still to be written down', () => {
    const simulation = session()
    update(simulation, { audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null } } } })
    const itemId = simulation.speak()
    simulation.client({ type: 'response.cancel' })
    say(simulation, 'abcdef')
    expect(awayIn(simulation)).toBe('')
    const effects = simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 1_000 })
    expect(awayIn(simulation)).toBe(itemId)
    expect(effects).toContainEqual({ kind: 'free_audio', itemId })
  })

  it('has a call and its output together, and a call that is not answered stays as long as there is room', () => {
    const simulation = session()
    simulation.client({ type: 'conversation.item.create', item: call('1') })
    say(simulation, 'abcdef')
    expect(awayIn(simulation)).toBe('')
    const output = { type: 'function_call_output' as const, id: '!', call_id: '1', output: 'done' }
    simulation.client({ type: 'conversation.item.create', item: output, previous_item_id: 'a' })
    expect([awayIn(simulation), keptIn(simulation)]).toEqual(['1a!', 'bcdef'])

    const unanswered = session()
    unanswered.client({ type: 'conversation.item.create', item: call('1') })
    say(unanswered, 'abcdefg')
    expect([awayIn(unanswered), keptIn(unanswered)]).toEqual(['1a', 'bcdefg'])
    unanswered.client({ type: 'conversation.item.create', item: output })
    expect(errorsIn(unanswered.effects)).toMatchObject([{ code: 'invalid_tool_call_id' }])
  })

  it('keeps all that the model must be shown where truncation is disabled, and is full then', () => {
    const simulation = session()
    update(simulation, { truncation: 'disabled' })
    say(simulation, 'abcdefghi')
    expect(awayIn(simulation)).toBe('')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'conversation_full' }])
    update(simulation, { truncation: 'auto' })
    expect(awayIn(simulation)).toBe('ab')
  })

  it('lets go of the audio of what it puts away', () => {
    const simulation = session({ items: 4 })
    const itemId = answerAloud(simulation, [{ text: 'Hello.', samples: 2_400 }])
    say(simulation, 'abc')
    expect(awayIn(simulation)).toBe(itemId)
    expect(simulation.effects).toContainEqual({ kind: 'free_audio', itemId })
  })

  it('has told history how an item stands, also one that is put away as it comes', () => {
    const simulation = session()
    say(simulation, 'abcdef')
    const before = simulation.state
    const [after, effects] = step(before, {
      kind: 'client_event',
      event: { type: 'conversation.item.create', previous_item_id: 'root', item: written('1') },
    })
    expect(after.away).toMatchObject([{ ids: ['1'] }])
    const position = (before.entries[0]?.position ?? NaN) - 2 ** 32
    expect(historyOf(before, after, effects)).toMatchObject([{ kind: 'item', itemId: '1', position, words: '1' }])
  })
})

describe('What was put away', () => {
  function long(): Simulation {
    const simulation = session()
    say(simulation, 'abcdefg')
    expect(awayIn(simulation)).toBe('a')
    return simulation
  }

  it('has its place in the conversation: an item comes behind all of it, or before all of it', () => {
    const simulation = long()
    say(simulation, 'h')
    expect([awayIn(simulation), keptIn(simulation)]).toEqual(['ab', 'cdefgh'])
    const before = simulation.events.length
    simulation.client({ type: 'conversation.item.delete', item_id: 'h' })
    simulation.client({ type: 'conversation.item.delete', item_id: 'g' })
    say(simulation, '1', 'a')
    expect(conversationIn(simulation.state).join('')).toBe('ab1cdef')
    simulation.client({ type: 'conversation.item.delete', item_id: 'f' })
    say(simulation, '2', 'root')
    expect(conversationIn(simulation.state).join('')).toBe('2ab1cde')
    const placed = simulation.events
      .slice(before)
      .flatMap((event) =>
        event.type === 'conversation.item.added' || event.type === 'conversation.item.done'
          ? [[event.item.id, event.previous_item_id]]
          : [],
      )
    expect(placed).toEqual([
      ['1', 'b'],
      ['1', 'b'],
      ['2', null],
      ['2', null],
    ])
  })

  it('stands before what is said next, also where nothing else is kept', () => {
    const simulation = long()
    for (const item_id of 'bcdefg') simulation.client({ type: 'conversation.item.delete', item_id })
    say(simulation, 'h')
    expect(sentIn(simulation.effects).at(-1)).toMatchObject({ previous_item_id: 'a', item: { id: 'h' } })
  })

  it('has room on both sides, however often', () => {
    const simulation = session({ items: 800 })
    const ids = Array.from({ length: 700 }, (_, at) => `i${at}`)
    say(simulation, ids)
    const away = simulation.state.away[0]
    expect(away?.ids).toHaveLength(100)
    say(simulation, ['h0'], 'root')
    for (let at = 1; at < 40; at += 1) say(simulation, [`h${at}`], 'h0')
    for (let at = 0; at < 40; at += 1) say(simulation, [`b${at}`], 'i0')
    expect(simulation.state.entries.length).toBe(680)
    expect(conversationIn(simulation.state).slice(0, 2)).toEqual(['h0', 'h39'])
    const { least = 0, greatest = 0 } = simulation.state.away[0] ?? {}
    const positions = simulation.state.entries.map(({ position }) => position)
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
    expect(positions.every((position) => position < least || position > greatest)).toBe(true)
  })

  it('goes on with all that was put before it', () => {
    const simulation = long()
    for (const item_id of 'efg') simulation.client({ type: 'conversation.item.delete', item_id })
    say(simulation, ['1'], 'root')
    say(simulation, ['2'], '1')
    say(simulation, ['3'], '2')
    expect(conversationIn(simulation.state).join('')).toBe('123abcd')
    say(simulation, 'h')
    expect([awayIn(simulation), keptIn(simulation)]).toEqual(['123a', 'bcdh'])
  })

  it('keeps its ids, and the session those of what was put away', () => {
    const simulation = long()
    say(simulation, 'a')
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'invalid_value', param: 'item.id' }])
    const next = simulation.state.ids.made + 1
    const counter = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.charAt(next)
    const id = `item_${simulation.state.ids.space}00000${counter}`
    const other = session()
    say(other, [id])
    say(other, 'abcdef')
    expect(awayIn(other)).toBe(id)
    userSays(other, 'what is its id?')
    expect(new Set(conversationIn(other.state)).size).toBe(conversationIn(other.state).length)
  })

  it('is in records of its own, of which one changes at a time', () => {
    const simulation = session({ items: 1_000 })
    for (let at = 0; at < 2_000; at += 1) say(simulation, [`i${at}`])
    const before = recordsOf(simulation.state)
    expect(stateFrom(structuredClone(before))).toEqual(simulation.state)
    expect(simulation.state.away.length).toBeGreaterThan(2)
    for (let at = 2_000; at < 2_130; at += 1) say(simulation, [`i${at}`])
    const after = recordsOf(simulation.state)
    const changed = [...after].filter(([name, record]) => name.startsWith('away:') && before.get(name) !== record)
    expect(changed).toHaveLength(1)
  })

  it('can be deleted, and history is told of it once', () => {
    const simulation = long()
    const before = simulation.state
    const effects = simulation.client({ type: 'conversation.item.delete', item_id: 'a' })
    expect(sentIn(effects)).toEqual([{ type: 'conversation.item.deleted', item_id: 'a' }])
    expect(historyOf(before, simulation.state, effects)).toEqual([{ kind: 'item_deleted', itemId: 'a' }])
    simulation.client({ type: 'conversation.item.delete', item_id: 'a' })
    expect(errorsIn(simulation.effects)).toMatchObject([{ code: 'item_delete_invalid_item_id' }])
    expect(simulation.state.away).toEqual([])
  })

  it('can be neither truncated nor read by a response, which is told as it is', () => {
    const simulation = long()
    simulation.client({ type: 'conversation.item.truncate', item_id: 'a', content_index: 0, audio_end_ms: 0 })
    simulation.client({ type: 'response.create', response: { input: [{ type: 'item_reference', id: 'a' }] } })
    const message = expect.stringContaining('only in history') as string
    expect(errorsIn(simulation.effects)).toMatchObject([
      { code: 'item_truncate_invalid_item_id', message },
      { code: 'invalid_value', param: 'response.input[0].id', message },
    ])
    expect(() => responseIn(simulation)).toThrow()
  })
})
