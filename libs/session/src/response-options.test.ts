import type { ResponseOptions, SessionPatch } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import {
  answerAloud,
  counted,
  errorsIn,
  finish,
  lastEntry,
  mcpTool,
  requestIn,
  respond,
  savedContext,
  update,
} from './scenes.testing.ts'
import { sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const settings: Omit<SessionPatch, 'type'> = {
  instructions: 'Of the session.',
  output_modalities: ['audio'],
  max_output_tokens: 100,
  tools: [{ type: 'function', name: 'weather' }],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { effort: 'low' },
  temperature: 0.8,
  audio: { output: { voice: 'alloy', format: { type: 'audio/pcmu' } } },
}

const overrides: ResponseOptions = {
  instructions: 'Of the response.',
  output_modalities: ['audio'],
  max_output_tokens: 7,
  tools: [{ type: 'function', name: 'time', description: 'Tells the time.', parameters: { type: 'object' } }],
  tool_choice: 'required',
  parallel_tool_calls: false,
  reasoning: { effort: 'high' },
  temperature: 0.6,
  metadata: { client_event_id: 'mine' },
  audio: { output: { voice: { id: 'ash' }, format: { type: 'audio/pcma' } } },
}

const ofSession = {
  instructions: 'Of the session.',
  itemIds: [],
  tools: [{ name: 'weather' }],
  toolChoice: 'auto',
  parallelToolCalls: true,
  reasoningEffort: 'low',
  temperature: 0.8,
  maxOutputTokens: 100,
  speech: { voice: 'alloy', speed: 1 },
}

describe('What a response is asked for', () => {
  it('is what the session says', () => {
    const simulation = new Simulation()
    update(simulation, settings)
    const responseId = respond(simulation)
    expect(requestIn(simulation)).toEqual({ responseId, ...ofSession })
    expect(simulation.events.at(-1)).toEqual({
      type: 'response.created',
      response: {
        object: 'realtime.response',
        id: responseId,
        status: 'in_progress',
        status_details: null,
        output: [],
        conversation_id: simulation.state.conversationId,
        output_modalities: ['audio'],
        max_output_tokens: 100,
        audio: { output: { format: { type: 'audio/pcmu' }, voice: 'alloy' } },
        temperature: 0.8,
        usage: null,
        metadata: null,
      },
    })
  })

  it('is what the response says, for that response only', () => {
    const simulation = new Simulation()
    update(simulation, settings)
    const responseId = respond(simulation, overrides)
    expect(requestIn(simulation)).toEqual({
      responseId,
      instructions: 'Of the response.',
      itemIds: [],
      tools: [{ name: 'time', description: 'Tells the time.', parameters: { type: 'object' } }],
      toolChoice: 'required',
      parallelToolCalls: false,
      reasoningEffort: 'high',
      temperature: 0.6,
      maxOutputTokens: 7,
      speech: { voice: 'ash', speed: 1 },
    })
    expect(simulation.events.at(-1)).toMatchObject({
      response: {
        output_modalities: ['audio'],
        max_output_tokens: 7,
        audio: { output: { format: { type: 'audio/pcma' }, voice: 'ash' } },
        temperature: 0.6,
        metadata: { client_event_id: 'mine' },
      },
    })
    finish(simulation, responseId)
    expect(simulation.events.at(-1)).toMatchObject({ response: { metadata: { client_event_id: 'mine' } } })
    const next = respond(simulation)
    expect(requestIn(simulation)).toEqual({ responseId: next, ...ofSession })
    expect(simulation.events.at(-1)).toMatchObject({
      response: {
        metadata: null,
        max_output_tokens: 100,
        audio: { output: { format: { type: 'audio/pcmu' }, voice: 'alloy' } },
      },
    })
  })

  it('in text has no voice, and is told as text', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    expect(requestIn(simulation)).not.toHaveProperty('speech')
    const effects = [
      ...simulation.feed({ kind: 'text_generated', responseId, text: 'Hel' }),
      ...simulation.feed({ kind: 'text_generated', responseId, text: 'lo.' }),
      ...simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } }),
      ...finish(simulation, responseId),
    ]
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.output_item.added', item: { status: 'in_progress', role: 'assistant', content: [] } },
      { type: 'conversation.item.added', previous_item_id: null, item: { status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', content_index: 0, part: { type: 'text', text: '' } },
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo.' },
      { type: 'response.output_text.done', text: 'Hello.' },
      { type: 'response.content_part.done', part: { type: 'text', text: 'Hello.' } },
      { type: 'conversation.item.done', item: { status: 'completed' } },
      {
        type: 'response.output_item.done',
        item: { status: 'completed', content: [{ type: 'output_text', text: 'Hello.' }] },
      },
      { type: 'response.done', response: { status: 'completed', status_details: null, output: [{}] } },
    ])
    expect(typesIn(effects)).not.toContain('(send_audio)')
  })

  it('in audio is told as its transcript, and sent in the format of the response', () => {
    const simulation = new Simulation()
    update(simulation, { audio: { output: { format: { type: 'audio/pcmu' } } } })
    const responseId = respond(simulation, { audio: { output: { format: { type: 'audio/pcma' } } } })
    update(simulation, { audio: { output: { format: { type: 'audio/pcm', rate: 24_000 } } } })
    const effects = [
      ...simulation.feed({ kind: 'text_generated', responseId, text: 'Hello.' }),
      ...simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } }),
      ...simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 8, audio: { samples: 10 } }),
      ...finish(simulation, responseId, { segments: 1 }),
      ...simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 18 }),
    ]
    const itemId = lastEntry(simulation).item.id
    const part = { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 }
    expect(effects.filter(({ kind }) => kind === 'send_audio' || kind === 'end_audio')).toEqual([
      {
        kind: 'send_audio',
        part,
        format: { type: 'audio/pcma' },
        audio: { samples: 10 },
        skip: 0,
        keep: { itemId, atSample: 0 },
      },
      {
        kind: 'send_audio',
        part,
        format: { type: 'audio/pcma' },
        audio: { samples: 10 },
        skip: 2,
        keep: { itemId, atSample: 10 },
      },
      { kind: 'end_audio', part, format: { type: 'audio/pcma' } },
    ])
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.output_item.added' },
      { type: 'conversation.item.added' },
      { type: 'response.content_part.added', part: { type: 'audio', transcript: '' } },
      { type: 'response.output_audio_transcript.delta', delta: 'Hello.' },
      { type: 'response.output_audio.done' },
      { type: 'response.output_audio_transcript.done', transcript: 'Hello.' },
      { type: 'response.content_part.done', part: { type: 'audio', transcript: 'Hello.' } },
      { type: 'conversation.item.done' },
      { type: 'response.output_item.done', item: { content: [{ type: 'output_audio', transcript: 'Hello.' }] } },
      { type: 'response.done' },
    ])
    expect(typesIn(effects).indexOf('(end_audio)')).toBe(typesIn(effects).indexOf('response.output_audio.done') - 1)
  })

  it.each(['max_output_tokens', 'content_filter'] as const)('may end early, and says why: %s', (reason) => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'text_generated', responseId, text: 'Half' })
    const effects = finish(simulation, responseId, { reason })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: responseId })
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.output_text.done', text: 'Half' },
      { type: 'response.content_part.done' },
      { type: 'conversation.item.done', item: { status: 'incomplete' } },
      { type: 'response.output_item.done', item: { status: 'incomplete' } },
      {
        type: 'response.done',
        response: { status: 'incomplete', status_details: { type: 'incomplete', reason }, output: [{}] },
      },
    ])
  })

  it('is the default voice of the session by name, whether that is a name or an id', () => {
    const simulation = new Simulation()
    update(simulation, { audio: { output: { voice: { id: 'mine' }, speed: 1.25 } } })
    respond(simulation)
    expect(requestIn(simulation).speech).toEqual({ voice: 'mine', speed: 1.25 })
  })
})

describe('What a response reads', () => {
  it('is the conversation as it stands, oldest first', () => {
    const simulation = new Simulation()
    for (const words of ['one', 'two']) userSays(simulation, words)
    const before = simulation.state.entries.map(({ item }) => item.id)
    const responseId = respond(simulation, { output_modalities: ['text'] })
    expect(requestIn(simulation).itemIds).toEqual(before)
    simulation.feed({ kind: 'text_generated', responseId, text: 'three' })
    finish(simulation, responseId)
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual([...before, lastEntry(simulation).item.id])
  })

  it('is replaced by its input, with references to what is there', () => {
    const simulation = new Simulation()
    userSays(simulation, 'one')
    const first = lastEntry(simulation).item.id
    userSays(simulation, 'two')
    const content = [{ type: 'input_text' as const, text: 'aside' }]
    const responseId = respond(simulation, {
      output_modalities: ['text'],
      input: [
        { type: 'message', role: 'user', id: 'item_given', content },
        { type: 'item_reference', id: first },
      ],
    })
    const { itemIds } = requestIn(simulation)
    expect(itemIds).toEqual([simulation.state.asides[0]?.item.id, first])
    expect(savedContext(simulation, itemIds[0] ?? '')).toEqual([{ role: 'user', text: 'aside' }])
    simulation.feed({ kind: 'text_generated', responseId, text: 'three' })
    const effects = finish(simulation, responseId)
    expect(effects).toContainEqual({ kind: 'forget_item', itemId: itemIds[0] })
    expect(effects).not.toContainEqual({ kind: 'forget_item', itemId: first })
    const told = simulation.events.filter(({ type }) => type === 'conversation.item.added')
    expect(told).toHaveLength(3)
    expect(simulation.state.asides).toEqual([])
  })

  it('is nothing, where its input is empty', () => {
    const simulation = new Simulation()
    userSays(simulation, 'one')
    respond(simulation, { input: [] })
    expect(requestIn(simulation).itemIds).toEqual([])
  })

  it('may be an answer to a call of another conversation', () => {
    const simulation = new Simulation()
    respond(simulation, {
      input: [
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_2', output: 'sun' },
      ],
    })
    expect(requestIn(simulation).itemIds).toHaveLength(2)
  })

  it.each<[string, ResponseOptions, string]>([
    ['a reference to nothing', { input: [{ type: 'item_reference', id: 'item_none' }] }, 'response.input[0].id'],
    [
      'a later reference to nothing',
      {
        input: [
          { type: 'message', role: 'user', content: [] },
          { type: 'item_reference', id: 'item_none' },
        ],
      },
      'response.input[1].id',
    ],
    [
      'an approval',
      { input: [{ type: 'mcp_approval_response', approval_request_id: 'item_none', approve: true }] },
      'response.input[0].type',
    ],
    [
      'audio of half a sample',
      { input: [{ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] }] },
      'response.input[0].content[0].audio',
    ],
    ['a prompt that is not there', { prompt: { id: 'none' } }, 'response.prompt.id'],
    [
      'a server that is hosted elsewhere',
      { tools: [{ type: 'mcp', server_label: 'mail', connector_id: 'connector_gmail' }] },
      'response.tools[0].connector_id',
    ],
    [
      'a demand for a tool that is not there',
      { tool_choice: { type: 'function', name: 'none' } },
      'response.tool_choice',
    ],
  ])('cannot be %s: that is refused, and nothing is begun', (_, options, param) => {
    const simulation = new Simulation()
    userSays(simulation, 'hi')
    const before = simulation.state
    const effects = simulation.client({ type: 'response.create', event_id: 'event_mine', response: options })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toMatchObject([{ code: 'invalid_value', param, event_id: 'event_mine' }])
    expect(simulation.state).toEqual(before)
  })
})

describe('A second response', () => {
  it('of the conversation is refused while the first is in flight, and waits for nothing', () => {
    const simulation = new Simulation()
    const first = respond(simulation)
    const effects = simulation.client({ type: 'response.create', event_id: 'event_mine' })
    expect(effects).toHaveLength(1)
    expect(errorsIn(effects)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'conversation_already_has_active_response',
        message: `Conversation already has an active response in progress: ${first}. Wait until the response is finished before creating a new one.`,
        param: null,
        event_id: 'event_mine',
      },
    ])
    finish(simulation, first)
    expect(errorsIn(simulation.client({ type: 'response.create' }))).toEqual([])
  })
})

describe('The voice of an answer', () => {
  const voice = (name: string): ResponseOptions => ({ audio: { output: { voice: name } } })

  it('can be chosen until the conversation has audio, and then only as it was heard', () => {
    const simulation = new Simulation()
    finish(simulation, respond(simulation, voice('ash')))
    const responseId = respond(simulation, voice('echo'))
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } })
    finish(simulation, responseId)
    expect(errorsIn(simulation.client({ type: 'response.create', response: voice('ash') }))).toEqual([
      {
        type: 'invalid_request_error',
        code: 'cannot_update_voice',
        message: "Cannot update a conversation's voice if assistant audio is present.",
        param: null,
        event_id: null,
      },
    ])
    // not even the session's own
    expect(errorsIn(simulation.client({ type: 'response.create', response: voice('alloy') }))).toHaveLength(1)
    expect(errorsIn(simulation.client({ type: 'response.create', response: voice('echo') }))).toEqual([])
  })

  it('is free outside the conversation, and locks nothing', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation, { conversation: 'none', ...voice('ash') })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } })
    expect(simulation.state.spokenVoice).toBeNull()
    expect(errorsIn(update(simulation, voice('echo')))).toEqual([])
    answerAloud(simulation, [{ text: 'Hello.', samples: 10 }])
    respond(simulation, { conversation: 'none', ...voice('ash') })
    expect(requestIn(simulation).speech).toMatchObject({ voice: 'ash' })
  })

  it('is asked for before its words and its tools: the first fault is told', () => {
    const simulation = new Simulation()
    answerAloud(simulation, [{ text: 'Hello.', samples: 10 }])
    const response = {
      ...voice('ash'),
      tools: [{ ...mcpTool, server_url: undefined } as never],
      prompt: { id: 'none' },
    }
    expect(errorsIn(simulation.client({ type: 'response.create', response }))).toMatchObject([
      { code: 'cannot_update_voice' },
    ])
  })
})

describe('A failed answer', () => {
  it('is done, as failed, with what there was of it, and the next one can follow', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'Half' })
    const effects = simulation.feed({ kind: 'generation_failed', responseId, code: 'no_provider', message: 'None.' })
    expect(effects).toContainEqual({ kind: 'cancel_work', subject: responseId })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: responseId })
    expect(sentIn(effects).at(-1)).toMatchObject({
      type: 'response.done',
      response: {
        status: 'failed',
        status_details: { type: 'failed', error: { type: 'server_error', code: 'no_provider', message: 'None.' } },
        output: [{ status: 'incomplete', content: [{ type: 'output_audio', transcript: 'Half' }] }],
      },
    })
    expect(simulation.state.response).toBeNull()
    respond(simulation)
  })

  it('says whose fault it was, where that is known', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    const failure = { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Too much.' }
    const told = sentIn(simulation.feed({ kind: 'generation_failed', responseId, ...failure }))
    expect(told).toMatchObject([{ response: { status_details: { type: 'failed', error: failure } } }])
  })

  it('is told even if it was held up by audio that came too far ahead', () => {
    const simulation = new Simulation({ heldAudioSamples: 10 })
    const responseId = respond(simulation)
    const early = (samples: number, segment: number): readonly object[] =>
      simulation.feed({ kind: 'audio_generated', responseId, segment, offset: 0, audio: { samples } })
    expect(early(6, 1)).toEqual([])
    expect(early(4, 2)).toEqual([])
    expect(sentIn(early(1, 3) as never)).toMatchObject([
      { type: 'response.done', response: { status_details: { error: { code: 'audio_out_of_order' } } } },
    ])
  })
})

describe('Work that is done', () => {
  it('is not stopped, and its timer is', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    const effects = simulation.feed({
      kind: 'generation_finished',
      responseId,
      reason: 'stop',
      usage: counted,
      segments: 0,
    })
    expect(effects).toContainEqual({ kind: 'disarm_timer', subject: responseId })
    expect(effects.filter(({ kind }) => kind === 'cancel_work')).toEqual([])
    expect(sentIn(effects)).toMatchObject([{ type: 'response.done', response: { status: 'completed', output: [] } }])
    expect(
      simulation.feed({ kind: 'generation_finished', responseId, reason: 'stop', usage: counted, segments: 0 }),
    ).toEqual([])
  })
})
