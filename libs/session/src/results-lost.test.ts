import { describe, expect, it } from 'vitest'
import { errorsIn, finish, listedTool, mcpTool, respond, update, withServer } from './scenes.testing.ts'
import { responseIn, sentIn, Simulation, typesIn, userSays } from './simulation.testing.ts'

const code = 'results_lost'

describe('Results that were lost', () => {
  it('end every answer on its way with what there is of it, and are told once', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hello')
    const besideId = respond(simulation, { conversation: 'none', output_modalities: ['text'] })
    const responseId = respond(simulation)
    simulation.feed({ kind: 'text_generated', responseId, text: 'Well' })
    const effects = simulation.feed({ kind: 'results_lost' })
    expect(errorsIn(effects)).toMatchObject([{ type: 'server_error', code, event_id: null }])
    expect(sentIn(effects)[0]?.type).toBe('error')
    const ended = sentIn(effects).flatMap((event) => (event.type === 'response.done' ? [event.response] : []))
    expect(ended).toMatchObject([
      { id: responseId, status: 'incomplete', output: [{ content: [{ transcript: 'Well' }] }] },
      { id: besideId, status: 'incomplete', output: [] },
    ])
    for (const { status_details } of ended) expect(status_details).toEqual({ type: 'incomplete' })
    for (const subject of [responseId, besideId]) expect(effects).toContainEqual({ kind: 'cancel_work', subject })
    expect(simulation.feed({ kind: 'text_generated', responseId, text: 'Late' })).toEqual([])
  })

  it('leave an answer failed that had failed already', () => {
    const simulation = new Simulation()
    const responseId = respond(simulation)
    simulation.feed({ kind: 'generation_failed', responseId, code: 'all_providers_failed', message: 'gone' })
    expect(sentIn(simulation.feed({ kind: 'results_lost' })).at(-1)).toMatchObject({
      response: { status: 'failed', status_details: { error: { code: 'all_providers_failed' } } },
    })
  })

  it('fail the words, the listings and the calls that are waited for', () => {
    const simulation = new Simulation()
    withServer(simulation, mcpTool, ['read'])
    respond(simulation)
    const responseId = responseIn(simulation)
    simulation.feed({ kind: 'call_started', responseId, call: 0, name: 'read' })
    finish(simulation, responseId)
    const request = simulation.state.entries.at(-1)?.item.id ?? ''
    simulation.client({
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', approval_request_id: request, approve: true },
    })
    const callId = simulation.state.entries.at(-1)?.item.id ?? ''
    update(simulation, { audio: { input: { transcription: { model: 'whisper-1', language: null, prompt: null } } } })
    const itemId = simulation.speak()
    update(simulation, { tools: [mcpTool, { ...mcpTool, server_label: 'others' }] })
    const listingId = simulation.state.listings.at(-1)?.itemId ?? ''
    const effects = simulation.feed({ kind: 'results_lost' })
    expect(sentIn(effects)).toMatchObject([
      { type: 'error' },
      { type: 'response.done' },
      { type: 'conversation.item.input_audio_transcription.failed', item_id: itemId, error: { code } },
      { type: 'mcp_list_tools.failed', item_id: listingId },
      { type: 'conversation.item.done', item: { id: listingId } },
      { type: 'response.mcp_call.failed', item_id: callId },
      { type: 'conversation.item.done', item: { id: callId, status: 'incomplete' } },
    ])
    for (const subject of [itemId, listingId, callId]) {
      expect(effects).toContainEqual({ kind: 'cancel_work', subject })
      expect(effects).toContainEqual({ kind: 'disarm_timer', subject })
    }
    const late = [
      simulation.feed({ kind: 'transcript_final', itemId, text: 'hello', audioMs: 1_000 }),
      simulation.feed({ kind: 'tools_listed', itemId: listingId, tools: [listedTool('write')] }),
      simulation.feed({ kind: 'tool_called', itemId: callId, output: 'text' }),
    ]
    expect(late).toEqual([[], [], []])
  })

  it('let an utterance go on, whose words are then asked for anew', () => {
    const simulation = new Simulation({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    expect(typesIn(simulation.feed({ kind: 'results_lost' }))).toEqual(['error'])
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_000 }))).toContain('(transcribe)')
  })

  it('end nothing that nobody was asked about yet, and are no news where nothing is under way', () => {
    const simulation = new Simulation()
    userSays(simulation, 'hello')
    const besideId = respond(simulation, { conversation: 'none', output_modalities: ['text'] })
    const responseId = respond(simulation)
    const ended = sentIn(simulation.feed({ kind: 'results_lost', unasked: [responseId] }))
    expect(ended).toMatchObject([{ type: 'error' }, { type: 'response.done', response: { id: besideId } }])
    expect(simulation.feed({ kind: 'results_lost', unasked: [responseId] })).toEqual([])
    expect(typesIn(simulation.feed({ kind: 'text_generated', responseId, text: 'Well' }))).not.toEqual([])
    finish(simulation, responseId)
    expect(simulation.feed({ kind: 'results_lost' })).toEqual([])
  })

  it('leave what is spoken at the moment to who was not asked for its words yet', () => {
    const simulation = new Simulation({ transcribesLive: true })
    simulation.feed({ kind: 'audio_heard', ms: 1_000 })
    simulation.feed({ kind: 'speech_started', startMs: 100 })
    const itemId = simulation.state.buffer.itemId ?? expect.fail()
    respond(simulation, { conversation: 'none', output_modalities: ['text'] })
    const effects = simulation.feed({ kind: 'results_lost', unasked: [itemId] })
    expect(sentIn(effects).map(({ type }) => type)).toEqual(['error', 'response.done'])
    expect(typesIn(simulation.feed({ kind: 'speech_stopped', endMs: 1_000 }))).not.toContain('(transcribe)')
  })
})
