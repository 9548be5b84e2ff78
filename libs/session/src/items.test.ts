import type { Item, ItemInput } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import type { Effect } from './effect.ts'
import { answerAloud, errorsIn, finish, lastEntry, requestIn, respond, savedContext, speak } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const picture = { type: 'input_image' as const, image_url: 'data:image/png;base64,AAAA', detail: 'low' as const }

function text(words: string, id?: string): ItemInput {
  const content = [{ type: 'input_text' as const, text: words }]
  return { type: 'message', role: 'user', content, ...(id === undefined ? {} : { id }) }
}

function create(simulation: Simulation, item: ItemInput, previous?: string | null): readonly Effect[] {
  const place = previous === undefined ? {} : { previous_item_id: previous }
  return simulation.client({ type: 'conversation.item.create', event_id: 'event_mine', item, ...place })
}

function order({ state }: Simulation): string[] {
  return state.entries.map(({ item }) => item.id)
}

describe('An item that a client creates', () => {
  it.each([
    ['at the end, where no place is named', undefined, ['a', 'b', 'new'], 'b'],
    ['at the end, where the place is null', null, ['a', 'b', 'new'], 'b'],
    ['first, at the root', 'root', ['new', 'a', 'b'], null],
    ['after the item that is named', 'a', ['a', 'new', 'b'], 'a'],
  ])('is put %s', (_, previous, expected, told) => {
    const simulation = new Simulation()
    create(simulation, text('one', 'a'))
    create(simulation, text('two', 'b'))
    const effects = create(simulation, text('three', 'new'), previous)
    expect(order(simulation)).toEqual(expected)
    expect(sentIn(effects)).toEqual([
      { type: 'conversation.item.added', previous_item_id: told, item: lastCreated(simulation) },
      { type: 'conversation.item.done', previous_item_id: told, item: lastCreated(simulation) },
    ])
  })

  it('is the first of an empty conversation after nothing', () => {
    const simulation = new Simulation()
    expect(sentIn(create(simulation, text('one', 'a')))[0]).toMatchObject({ previous_item_id: null })
  })

  it('after an item that is not there is refused, and not put anywhere else', () => {
    const simulation = new Simulation()
    const effects = create(simulation, text('one'), 'item_missing')
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'invalid_value',
        message: "Previous item with id 'item_missing' not found in conversation.",
        param: 'previous_item_id',
        event_id: 'event_mine',
      },
    ])
    expect(order(simulation)).toEqual([])
  })

  it('under the id of another item is refused', () => {
    const simulation = new Simulation()
    create(simulation, text('one', 'a'))
    expect(errorsIn(create(simulation, text('two', 'a')))).toMatchObject([
      { code: 'invalid_value', param: 'item.id', message: "An item with id 'a' already exists." },
    ])
    expect(order(simulation)).toEqual(['a'])
  })

  it('under the id of what a response is making or was given to read is refused', () => {
    const simulation = new Simulation()
    const input = [text('aside')]
    const responseId = respond(simulation, { conversation: 'none', output_modalities: ['text'], input })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Hm' })
    const made = simulation.state.outOfBand[0]?.output[0]?.item.id ?? ''
    const read = simulation.state.asides[0]?.item.id ?? ''
    for (const id of [made, read]) {
      expect(errorsIn(create(simulation, text('mine', id)))).toMatchObject([{ param: 'item.id' }])
    }
  })

  it('gets an id of the server, is completed, and asks nobody for an answer', () => {
    const simulation = new Simulation()
    const effects = create(simulation, { ...text('one'), status: 'in_progress' })
    expect(typesIn(effects)).toEqual(['(save_item)', 'conversation.item.added', 'conversation.item.done'])
    const { item } = lastEntry(simulation)
    expect(item).toMatchObject({ object: 'realtime.item', status: 'completed' })
    expect(item.id).toMatch(/^item_[0-9A-Za-z]{21}$/)
    expect(simulation.state.response).toBeNull()
  })

  it.each<[string, ItemInput, Partial<Item>]>([
    [
      'words of the system',
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
    ],
    [
      'words and pictures of the user',
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'See?' }, picture] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'See?' }, picture] },
    ],
    [
      'words of the assistant',
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
    ],
    [
      'a call with its id',
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"at":"home"}' },
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"at":"home"}' },
    ],
    [
      'a list of the tools of a server',
      { type: 'mcp_list_tools', server_label: 'files', tools: [] },
      { type: 'mcp_list_tools', server_label: 'files', tools: [] },
    ],
    [
      'a call that a server ran',
      {
        type: 'mcp_call',
        server_label: 'files',
        name: 'read',
        arguments: '{}',
        approval_request_id: null,
        output: 'text',
        error: null,
      },
      {
        type: 'mcp_call',
        server_label: 'files',
        name: 'read',
        arguments: '{}',
        approval_request_id: null,
        output: 'text',
        error: null,
      },
    ],
    [
      'a request for approval',
      { type: 'mcp_approval_request', server_label: 'files', name: 'read', arguments: '{}' },
      { type: 'mcp_approval_request', server_label: 'files', name: 'read', arguments: '{}' },
    ],
  ])('is echoed as it was given: %s', (_, input, echo) => {
    const simulation = new Simulation()
    const [added] = sentIn(create(simulation, { ...input, id: 'mine' }))
    expect(added).toEqual({
      type: 'conversation.item.added',
      previous_item_id: null,
      item: { ...echo, id: 'mine', object: 'realtime.item', status: 'completed' },
    })
  })

  it('and that is a call without an id gets one', () => {
    const simulation = new Simulation()
    create(simulation, { type: 'function_call', name: 'weather', arguments: '{}' })
    expect(lastEntry(simulation).item).toMatchObject({
      call_id: expect.stringMatching(/^call_[0-9A-Za-z]{21}$/) as string,
    })
  })

  it('and that answers a call is taken where the conversation has the call, and only there', () => {
    const simulation = new Simulation()
    const output = { type: 'function_call_output' as const, call_id: 'call_1', output: '{"sun":true}' }
    create(simulation, { type: 'function_call', call_id: 'call_0', name: 'weather', arguments: '{}' })
    expect(errorsIn(create(simulation, output))).toMatchObject([
      {
        code: 'invalid_tool_call_id',
        param: 'item.call_id',
        message: "Tool call ID 'call_1' not found in conversation.",
      },
    ])
    create(simulation, { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' })
    expect(errorsIn(create(simulation, output))).toEqual([])
    expect(lastEntry(simulation).item).toMatchObject(output)
  })

  it.each([
    ['items', { items: 2 }],
    ['characters', { characters: 6 }],
  ])('is refused once the conversation is full: %s', (_, limits) => {
    const simulation = new Simulation(limits)
    create(simulation, text('one'))
    create(simulation, text('two'))
    expect(errorsIn(create(simulation, text('three')))).toMatchObject([{ code: 'conversation_full', param: null }])
    expect(simulation.state.entries).toHaveLength(2)
  })

  it('counts its pictures as text of the conversation', () => {
    const simulation = new Simulation({ characters: 20 })
    create(simulation, { type: 'message', role: 'user', content: [picture] })
    expect(errorsIn(create(simulation, text('more')))).toMatchObject([{ code: 'conversation_full' }])
  })

  it('is what the model sees, pictures and calls included', () => {
    const simulation = new Simulation()
    create(simulation, { type: 'message', role: 'user', id: 'seen', content: [picture] })
    create(simulation, { type: 'function_call', id: 'called', call_id: 'c1', name: 'weather', arguments: '{}' })
    create(simulation, { type: 'function_call_output', id: 'answered', call_id: 'c1', output: 'sun' })
    expect(savedContext(simulation, 'seen')).toEqual([
      { role: 'user', text: '', images: [{ url: picture.image_url, detail: 'low' }] },
    ])
    expect(savedContext(simulation, 'called')).toEqual([
      { role: 'tool_call', callId: 'c1', name: 'weather', arguments: '{}' },
    ])
    expect(savedContext(simulation, 'answered')).toEqual([{ role: 'tool_result', callId: 'c1', output: 'sun' }])
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual(['seen', 'called', 'answered'])
  })
})

describe('Retrieving', () => {
  it('shows an item as it stands', () => {
    const simulation = new Simulation()
    create(simulation, text('one', 'a'))
    const effects = simulation.client({ type: 'conversation.item.retrieve', item_id: 'a' })
    expect(effects).toEqual([
      { kind: 'send', event: { type: 'conversation.item.retrieved', item: lastEntry(simulation).item } },
    ])
  })

  it('shows what was heard of the user in the input format', () => {
    const simulation = new Simulation()
    const itemId = simulation.speak()
    const format = { type: 'audio/pcmu' as const }
    simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { format } } } })
    const effects = simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })
    expect(effects).toEqual([
      { kind: 'show_item', item: lastEntry(simulation).item, audio: { origin: 'heard', ms: 1_300, format } },
    ])
  })

  it('shows what the assistant said in the output format', () => {
    const simulation = new Simulation()
    const itemId = answerAloud(simulation, [{ text: 'Hello.', samples: 2_400 }])
    const format = { type: 'audio/pcma' as const }
    simulation.client({ type: 'session.update', session: { type: 'realtime', audio: { output: { format } } } })
    const effects = simulation.client({ type: 'conversation.item.retrieve', item_id: itemId })
    expect(effects).toEqual([
      { kind: 'show_item', item: lastEntry(simulation).item, audio: { origin: 'spoken', ms: 100, format } },
    ])
  })

  it('shows an answer in progress as far as it has come', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    speak(simulation, responseId, [{ text: 'Hello.', samples: 240 }])
    const { item } = lastEntry(simulation)
    const shown = { ...item, status: 'in_progress', content: [{ type: 'output_audio', transcript: 'Hello.' }] }
    expect(simulation.client({ type: 'conversation.item.retrieve', item_id: item.id })).toMatchObject([
      { kind: 'show_item', item: shown, audio: { origin: 'spoken', ms: 10 } },
    ])
    simulation.client({ type: 'response.cancel' })
    const inText = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId: inText, text: 'Hel' })
    const item_id = lastEntry(simulation).item.id
    expect(sentIn(simulation.client({ type: 'conversation.item.retrieve', item_id }))).toMatchObject([
      { item: { status: 'in_progress', content: [{ type: 'output_text', text: 'Hel' }] } },
    ])
  })

  it('of an item that is not there is refused', () => {
    const effects = new Simulation().client({ type: 'conversation.item.retrieve', item_id: 'item_missing' })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      {
        code: 'item_retrieve_invalid_item_id',
        message: "Error retrieving item: the item with id 'item_missing' does not exist.",
      },
    ])
  })

  it('shows audio that waits for its words, however much there is', () => {
    const simulation = new Simulation({ keptAudioMs: 2_000 })
    const waiting = simulation.speak()
    simulation.client({ type: 'response.cancel' })
    const itemId = simulation.speak()
    simulation.feed({ kind: 'transcript_final', itemId, text: 'two', audioMs: 1_300 })
    expect(simulation.effects).toContainEqual({ kind: 'free_audio', itemId })
    expect(simulation.state.entries.find(({ item }) => item.id === waiting)).toMatchObject({ audio: 'heard' })
  })

  it('shows no audio that had to give way to later audio', () => {
    const simulation = new Simulation({ keptAudioMs: 2_000 })
    const [first, second] = [1, 2].map(() => {
      const itemId = simulation.speak()
      simulation.feed({ kind: 'transcript_final', itemId, text: 'one', audioMs: 1_300 })
      simulation.client({ type: 'response.cancel' })
      return itemId
    })
    expect(simulation.effects.filter((effect) => effect.kind === 'free_audio')).toEqual([
      { kind: 'free_audio', itemId: first },
    ])
    const shown = [first, second].map((item_id = '') =>
      typesIn(simulation.client({ type: 'conversation.item.retrieve', item_id })),
    )
    expect(shown).toEqual([['conversation.item.retrieved'], ['(show_item)']])
  })
})

describe('Deleting', () => {
  it('takes an item out of the conversation and of what the model sees', () => {
    const simulation = new Simulation()
    create(simulation, text('one', 'a'))
    create(simulation, text('two', 'b'))
    const effects = simulation.client({ type: 'conversation.item.delete', item_id: 'a' })
    expect(effects).toEqual([
      { kind: 'forget_item', itemId: 'a' },
      { kind: 'send', event: { type: 'conversation.item.deleted', item_id: 'a' } },
    ])
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual(['b'])
  })

  it('of an item that is not there is refused', () => {
    const effects = new Simulation().client({ type: 'conversation.item.delete', item_id: 'X' })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([
      {
        code: 'item_delete_invalid_item_id',
        message: "Error deleting item: the item with id 'X' does not exist.",
        param: null,
      },
    ])
  })

  it('of an utterance that an answer waits for stops the work on it, and the answer goes on without', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    const itemId = simulation.speak()
    const effects = simulation.client({ type: 'conversation.item.delete', item_id: itemId })
    expect(typesIn(effects)).toEqual([
      '(disarm_timer)',
      '(cancel_work)',
      '(forget_item)',
      '(free_audio)',
      'conversation.item.deleted',
      '(generate)',
      '(arm_timer)',
    ])
    expect(requestIn(simulation).itemIds).toEqual(order(simulation))
    expect(simulation.feed({ kind: 'transcript_final', itemId, text: 'late', audioMs: 900 })).toEqual([])
  })

  it('of an item in progress lets its response finish, which keeps nothing in the conversation', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    speak(simulation, responseId, [{ text: 'Hello.', samples: 240 }])
    const itemId = lastEntry(simulation).item.id
    const deleted = simulation.client({ type: 'conversation.item.delete', item_id: itemId })
    expect(typesIn(deleted)).toEqual(['(forget_item)', '(free_audio)', 'conversation.item.deleted'])
    const more = simulation.feed({
      kind: 'audio_generated',
      responseId,
      segment: 1,
      offset: 0,
      audio: { samples: 1 },
    })
    expect(more.find(({ kind }) => kind === 'send_audio')).toMatchObject({ keep: null })
    expect(errorsIn(create(simulation, text('mine', itemId)))).toMatchObject([{ param: 'item.id' }])
    const told = sentIn(finish(simulation, responseId, { segments: 1 })).map(({ type }) => type)
    expect(told).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(simulation.state.entries).toEqual([])
  })
})

function lastCreated(simulation: Simulation): Item {
  const entry = simulation.state.entries.find(({ item }) => item.id === 'new')
  if (entry === undefined) throw new Error('It was not created')
  return entry.item
}
