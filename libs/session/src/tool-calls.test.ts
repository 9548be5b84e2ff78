import { describe, expect, it } from 'vitest'
import { finish, lastEntry, requestIn, respond, savedContext, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

function withFunctions(): Simulation {
  const simulation = new Simulation()
  update(simulation, { tools: ['weather', 'time'].map((name) => ({ type: 'function', name })) })
  return simulation
}

describe('A call of the client’s function', () => {
  it('is told from its beginning to its end, and the response ends without running it', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    const effects = [
      ...simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' }),
      ...simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at":' }),
      ...simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '' }),
      ...simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '"home"}' }),
      ...finish(simulation, responseId),
    ]
    const { item } = lastEntry(simulation)
    if (item.type !== 'function_call') throw new Error('There is no call')
    const at = { response_id: responseId, item_id: item.id, output_index: 0 }
    const open = { ...item, status: 'in_progress', arguments: '' }
    const whole = { ...item, status: 'completed', name: 'weather', arguments: '{"at":"home"}' }
    expect(item.call_id).toMatch(/^call_[0-9A-Za-z]{21}$/)
    expect(sentIn(effects)).toEqual([
      { type: 'response.output_item.added', response_id: responseId, output_index: 0, item: open },
      { type: 'conversation.item.added', previous_item_id: null, item: open },
      { type: 'response.function_call_arguments.delta', ...at, call_id: item.call_id, delta: '{"at":' },
      { type: 'response.function_call_arguments.delta', ...at, call_id: item.call_id, delta: '"home"}' },
      {
        type: 'response.function_call_arguments.done',
        ...at,
        call_id: item.call_id,
        name: 'weather',
        arguments: '{"at":"home"}',
      },
      { type: 'conversation.item.done', previous_item_id: null, item: whole },
      { type: 'response.output_item.done', response_id: responseId, output_index: 0, item: whole },
      {
        type: 'response.done',
        response: expect.objectContaining({ status: 'completed', status_details: null, output: [whole] }) as object,
      },
    ])
    expect(typesIn(effects)).not.toContain('(call_tool)')
    expect(simulation.state.response).toBeNull()
  })

  it('is seen by the next response, with the answer that the client gives', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    finish(simulation, responseId)
    const { item } = lastEntry(simulation)
    const call_id = item.type === 'function_call' ? item.call_id : ''
    const output = { type: 'function_call_output' as const, call_id, output: 'sun' }
    const effects = simulation.client({ type: 'conversation.item.create', item: output })
    expect(typesIn(effects)).toEqual(['(save_item)', 'conversation.item.added', 'conversation.item.done'])
    respond(simulation)
    expect(requestIn(simulation).itemIds).toEqual([item.id, lastEntry(simulation).item.id])
    expect(savedContext(simulation, item.id)).toEqual([
      { role: 'tool_call', callId: call_id, name: 'weather', arguments: '{}' },
    ])
  })

  it('without arguments has an empty object of them', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    expect(sentIn(finish(simulation, responseId))).toMatchObject([
      { type: 'response.function_call_arguments.delta', delta: '{}' },
      { type: 'response.function_call_arguments.done', arguments: '{}' },
      { type: 'conversation.item.done', item: { arguments: '{}' } },
      { type: 'response.output_item.done' },
      { type: 'response.done' },
    ])
  })

  it('follows another: the one before it is whole, and their indexes ascend', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"a":1}' })
    expect(simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })).toEqual([])
    const second = simulation.feed({ kind: 'call_started', responseId, call: 1, name: 'time' })
    expect(sentIn(second)).toMatchObject([
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"a":1}' },
      { type: 'conversation.item.done', item: { status: 'completed', name: 'weather' } },
      { type: 'response.output_item.done', output_index: 0 },
      { type: 'response.output_item.added', output_index: 1, item: { name: 'time' } },
      { type: 'conversation.item.added' },
    ])
    // what comes late for the first is not put to either
    expect(simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: 'late' })).toEqual([])
    simulation.feed({ kind: 'call_arguments', responseId, call: 1, text: '{"b":2}' })
    expect(sentIn(finish(simulation, responseId)).at(-1)).toMatchObject({
      response: { output: [{ arguments: '{"a":1}' }, { arguments: '{"b":2}' }] },
    })
  })

  it('comes after the message before it, whose words it waits for', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'One moment.' })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } })
    expect(simulation.effects.findLast(({ kind }) => kind === 'send_audio')).toMatchObject({
      part: { output_index: 0 },
    })
    const told = sentIn(finish(simulation, responseId, { segments: 1 }))
    expect(told.map(({ type }) => type)).not.toContain('response.done')
    const rest = sentIn(simulation.feed({ kind: 'segment_spoken', responseId, segment: 0, samples: 10 }))
    expect([...told, ...rest].filter(({ type }) => type === 'response.output_item.done')).toMatchObject([
      { output_index: 1, item: { type: 'function_call', status: 'completed' } },
      { output_index: 0, item: { type: 'message', status: 'completed' } },
    ])
    expect(rest.at(-1)).toMatchObject({ response: { output: [{ type: 'message' }, { type: 'function_call' }] } })
  })

  it('comes before the message after it', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation, { output_modalities: ['text'] })
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    const effects = simulation.feed({ kind: 'text_generated', responseId, text: 'Wait.' })
    expect(sentIn(effects).at(-1)).toMatchObject({ type: 'response.output_text.delta', output_index: 1 })
    expect(sentIn(finish(simulation, responseId)).at(-1)).toMatchObject({
      response: { output: [{ type: 'function_call' }, { type: 'message', content: [{ text: 'Wait.' }] }] },
    })
  })

  it('that is cut short by the limit is incomplete', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at' })
    expect(sentIn(finish(simulation, responseId, { reason: 'max_output_tokens' }))).toMatchObject([
      { type: 'response.function_call_arguments.done', arguments: '{"at' },
      { type: 'conversation.item.done', item: { status: 'incomplete', arguments: '{"at' } },
      { type: 'response.output_item.done', item: { status: 'incomplete' } },
      { type: 'response.done', response: { status: 'incomplete', output: [{ status: 'incomplete' }] } },
    ])
  })

  it('that is cancelled in the middle is incomplete, and nothing of it follows', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })
    simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{"at' })
    expect(sentIn(simulation.client({ type: 'response.cancel' }))).toMatchObject([
      { type: 'response.function_call_arguments.done', arguments: '{"at' },
      { type: 'conversation.item.done', item: { status: 'incomplete' } },
      { type: 'response.output_item.done', item: { status: 'incomplete', arguments: '{"at' } },
      { type: 'response.done', response: { status: 'cancelled' } },
    ])
    expect(simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '":1}' })).toEqual([])
    expect(simulation.feed({ kind: 'call_started', responseId, call: 1, name: 'time' })).toEqual([])
  })

  it('is none of what comes once the model has said everything', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    finish(simulation, responseId, { segments: 1 })
    expect(simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' })).toEqual([])
    expect(simulation.feed({ kind: 'text_generated', responseId, text: 'late' })).toEqual([])
  })

  it('gives the engine anew the time it has for each sign of life', () => {
    const simulation = withFunctions()
    const responseId = respond(simulation)
    const signs = [
      simulation.feed({ kind: 'text_generated', responseId, text: 'One' }),
      simulation.feed({ kind: 'audio_generated', responseId, segment: 0, offset: 0, audio: { samples: 10 } }),
      simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'weather' }),
      simulation.feed({ kind: 'call_arguments', responseId, call: 0, text: '{}' }),
    ]
    for (const effects of signs) expect(effects.at(-1)).toEqual({ kind: 'arm_timer', subject: responseId, ms: 60_000 })
  })
})
