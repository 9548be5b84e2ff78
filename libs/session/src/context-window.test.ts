import type { Session } from '@voicebox/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorsIn, finish, requestIn, respond, update } from './scenes.testing.ts'
import { sentIn, Simulation, typesIn } from './simulation.testing.ts'

/** A message that costs ten tokens: 24 characters, and what a message costs beside them. */
function say(simulation: Simulation, id: string, text = 'a message of 24 letters.'): void {
  const content = [{ type: 'input_text' as const, text }]
  simulation.client({ type: 'conversation.item.create', item: { type: 'message', role: 'user', id, content } })
}

/** A session with room for these many tokens of conversation, and five messages in it. */
function withRoom(tokens: number, truncation: Session['truncation'] = 'auto'): Simulation {
  // one token is for the tools: an empty list of them
  const simulation = new Simulation({ contextTokens: tokens + 100 + 1 })
  update(simulation, { truncation, max_output_tokens: 100 })
  for (const id of ['a', 'b', 'c', 'd', 'e']) say(simulation, id)
  return simulation
}

function readBy(simulation: Simulation): readonly string[] {
  const responseId = respond(simulation, { output_modalities: ['text'] })
  finish(simulation, responseId)
  return requestIn(simulation).itemIds
}

describe('A conversation that outgrows the model', () => {
  it.each([
    [50, ['a', 'b', 'c', 'd', 'e']],
    [49, ['b', 'c', 'd', 'e']],
    [40, ['b', 'c', 'd', 'e']],
    [39, ['c', 'd', 'e']],
    [10, ['e']],
    // the last is always shown
    [0, ['e']],
  ])('gives way from its beginning, no more than must: room for %i', (tokens, ids) => {
    expect(readBy(withRoom(tokens))).toEqual(ids)
  })

  it('keeps away what has given way, even when there is room again', () => {
    const simulation = withRoom(30)
    expect(readBy(simulation)).toEqual(['c', 'd', 'e'])
    simulation.client({ type: 'conversation.item.delete', item_id: 'd' })
    expect(readBy(simulation)).toEqual(['c', 'e'])
    // it is there all the same, and can be referred to
    expect(simulation.state.entries).toHaveLength(4)
    respond(simulation, { input: [{ type: 'item_reference', id: 'a' }] })
    expect(requestIn(simulation).itemIds).toEqual(['a'])
  })

  it.each([
    [1, ['b', 'c', 'd', 'e']],
    [0.8, ['c', 'd', 'e']],
    [0.5, ['d', 'e']],
    [0, ['e']],
  ])('under a ratio gives way further, to leave room for what comes: %d of 49', (retention_ratio, ids) => {
    expect(readBy(withRoom(49, { type: 'retention_ratio', retention_ratio }))).toEqual(ids)
  })

  it('under a ratio does not give way as long as there is room', () => {
    expect(readBy(withRoom(50, { type: 'retention_ratio', retention_ratio: 0.2 }))).toHaveLength(5)
  })

  it('is held to the limit that the client sets', () => {
    const token_limits = { post_instructions: 30 }
    const limited = withRoom(1_000, { type: 'retention_ratio', retention_ratio: 1, token_limits })
    expect(readBy(limited)).toEqual(['c', 'd', 'e'])
    const roomy = withRoom(40, {
      type: 'retention_ratio',
      retention_ratio: 1,
      token_limits: { post_instructions: 1_000 },
    })
    expect(readBy(roomy)).toHaveLength(4)
  })

  it('leaves room for instructions, tools and the answer', () => {
    const simulation = withRoom(50)
    expect(readBy(simulation)).toHaveLength(5)
    const beside = (options: object): readonly string[] => {
      finish(simulation, respond(simulation, { conversation: 'none', ...options }))
      return requestIn(simulation).itemIds
    }
    expect(beside({ instructions: 'x'.repeat(4) })).toHaveLength(4)
    expect(beside({ tools: [{ type: 'function', name: 'weather' }] })).toHaveLength(4)
    expect(beside({ max_output_tokens: 101 })).toHaveLength(4)
    // what was asked beside the conversation took nothing from it, and neither does what one response asks for
    expect(readBy(simulation)).toHaveLength(5)
    finish(simulation, respond(simulation, { instructions: 'x'.repeat(60) }))
    expect(requestIn(simulation).itemIds).toHaveLength(3)
    expect(readBy(simulation)).toHaveLength(5)
    finish(simulation, respond(simulation, { max_output_tokens: 130 }))
    expect(requestIn(simulation).itemIds).toHaveLength(2)
    expect(readBy(simulation)).toHaveLength(5)
  })

  it('loses nothing for good to what is asked beside it', () => {
    const simulation = withRoom(49)
    finish(simulation, respond(simulation, { conversation: 'none' }))
    expect(requestIn(simulation).itemIds).toEqual(['b', 'c', 'd', 'e'])
    simulation.client({ type: 'conversation.item.delete', item_id: 'e' })
    expect(readBy(simulation)).toEqual(['a', 'b', 'c', 'd'])
  })

  it.each([
    // a quarter of what the model can read, and no more than is usual
    [101, 24, 10, 7],
    [20_000, 15_904, 4, 3],
    [20_017, 15_904, 4, 4],
  ])('leaves room for an answer without a limit: %i tokens', (contextTokens, length, said, shown) => {
    const simulation = new Simulation({ contextTokens })
    for (let at = 0; at < said; at += 1) say(simulation, `i${at}`, 'x'.repeat(length))
    expect(readBy(simulation)).toHaveLength(shown)
  })

  it('loses a call together with its output', () => {
    const simulation = withRoom(1_000)
    const call = { type: 'function_call' as const, id: 'call', call_id: 'c', name: 'n', arguments: '{}' }
    const output = { type: 'function_call_output' as const, id: 'output', call_id: 'c', output: 'x'.repeat(100) }
    for (const item of [output, call].toReversed())
      simulation.client({ type: 'conversation.item.create', previous_item_id: item === call ? 'a' : 'call', item })
    expect(readBy(simulation)).toEqual(['a', 'call', 'output', 'b', 'c', 'd', 'e'])
    // without the message and the call there would be room for the output
    update(simulation, {
      truncation: { type: 'retention_ratio', retention_ratio: 1, token_limits: { post_instructions: 70 } },
    })
    expect(readBy(simulation)).toEqual(['b', 'c', 'd', 'e'])
  })

  it('counts a picture by what it costs, not by the length of its data', () => {
    const simulation = withRoom(850)
    const image_url = `data:image/png;base64,${'A'.repeat(10_000)}`
    const content = [{ type: 'input_image' as const, image_url, detail: 'auto' as const }]
    simulation.client({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', id: 'image', content },
    })
    expect(readBy(simulation)).toEqual(['b', 'c', 'd', 'e', 'image'])
  })

  it('that may not give way fails the answer', () => {
    const simulation = withRoom(49, 'disabled')
    const effects = simulation.client({ type: 'response.create' })
    expect(typesIn(effects)).not.toContain('(generate)')
    expect(errorsIn(effects)).toEqual([])
    expect(sentIn(effects)).toMatchObject([
      { type: 'response.created' },
      {
        type: 'response.done',
        response: {
          status: 'failed',
          status_details: { error: { type: 'invalid_request_error', code: 'context_length_exceeded' } },
        },
      },
    ])
    simulation.client({ type: 'conversation.item.delete', item_id: 'a' })
    expect(readBy(simulation)).toEqual(['b', 'c', 'd', 'e'])
  })
})

describe('Property: what the model is shown', () => {
  it('is the end of the conversation, as much as there is room for, but the last of it always', () => {
    const lengths = fc.array(fc.nat(200), { minLength: 1, maxLength: 20, size: 'max' })
    fc.assert(
      fc.property(lengths, fc.nat(600), (all, tokens) => {
        const simulation = new Simulation({ contextTokens: tokens + 101 })
        update(simulation, { max_output_tokens: 100 })
        all.forEach((length, at) => say(simulation, `i${at}`, 'x'.repeat(length)))
        const costs = all.map((length) => Math.ceil(length / 4) + 4)
        const shown = readBy(simulation).length
        const costOf = (count: number): number => costs.slice(-count).reduce((sum, cost) => sum + cost, 0)
        expect(requestIn(simulation).itemIds).toEqual(all.map((_, at) => `i${at}`).slice(-shown))
        if (shown > 1) expect(costOf(shown)).toBeLessThanOrEqual(tokens)
        if (shown < all.length) expect(costOf(shown + 1)).toBeGreaterThan(tokens)
      }),
      { numRuns: 60 },
    )
  })
})
