import type { Session } from '@voicebox/protocol'
import { describe, expect, it } from 'vitest'
import { errorsIn, finish, requestIn, respond, update } from './scenes.testing.ts'
import { Simulation } from './simulation.testing.ts'
import type { PromptTemplate } from './state.ts'

type Prompt = NonNullable<Session['prompt']>

const prompts: Record<string, PromptTemplate> = {
  greet: { version: '2', instructions: 'Greet {{name}} in {{ tone }}. Again: {{name}}!', variables: { tone: 'verse' } },
  plain: { version: null, instructions: 'Costs $& {{ not a variable }}.', variables: {} },
}

function open(): Simulation {
  return new Simulation({}, { prompts })
}

function instructionsOf(simulation: Simulation, options?: Parameters<typeof respond>[1]): string {
  finish(simulation, respond(simulation, options))
  return requestIn(simulation).instructions
}

describe('A stored prompt', () => {
  it.each<[string, Prompt, string]>([
    ['values and defaults', { id: 'greet', variables: { name: 'Ann' } }, 'Greet Ann in verse. Again: Ann!'],
    [
      'values that replace defaults',
      { id: 'greet', version: '2', variables: { name: 'Ann', tone: 'prose' } },
      'Greet Ann in prose. Again: Ann!',
    ],
    [
      'values as parts of a message',
      { id: 'greet', version: null, variables: { name: { type: 'input_text', text: '$1' } } },
      'Greet $1 in verse. Again: $1!',
    ],
    ['no variables', { id: 'plain', variables: null }, 'Costs $& {{ not a variable }}.'],
  ])('gives the instructions, with %s', (_, prompt, instructions) => {
    const simulation = open()
    expect(errorsIn(update(simulation, { prompt }))).toEqual([])
    expect(simulation.state.session.prompt).toEqual(prompt)
    expect(instructionsOf(simulation)).toBe(instructions)
  })

  it.each<[string, Prompt, string, string]>([
    ['unknown', { id: 'none' }, 'invalid_value', 'id'],
    ['named as a property of every object', { id: 'toString' }, 'invalid_value', 'id'],
    ['of another version', { id: 'greet', version: '1', variables: { name: 'x' } }, 'invalid_value', 'version'],
    ['of a version where there is none', { id: 'plain', version: '1' }, 'invalid_value', 'version'],
    ['given a variable it does not have', { id: 'plain', variables: { name: 'x' } }, 'invalid_value', 'variables.name'],
    ['without a variable it needs', { id: 'greet' }, 'missing_required_parameter', 'variables.name'],
    ['without that one', { id: 'greet', variables: { tone: 'prose' } }, 'missing_required_parameter', 'variables.name'],
    [
      'given a picture for words',
      { id: 'greet', variables: { name: { type: 'input_image' } as never } },
      'invalid_value',
      'variables.name',
    ],
  ])('that is %s is refused, and nothing changes', (_, prompt, code, field) => {
    const simulation = open()
    const before = simulation.state
    const ofSession = update(simulation, { prompt, instructions: 'x' })
    const ofResponse = simulation.client({ type: 'response.create', response: { prompt } })
    expect(ofSession).toHaveLength(1)
    expect(ofResponse).toHaveLength(1)
    expect(errorsIn(ofSession)).toMatchObject([{ code, param: `session.prompt.${field}` }])
    expect(errorsIn(ofResponse)).toMatchObject([{ code, param: `response.prompt.${field}` }])
    expect(simulation.state).toEqual(before)
  })

  it('gives way to instructions, those of the response first', () => {
    const simulation = open()
    const stored = { id: 'plain' }
    const text = 'Costs $& {{ not a variable }}.'
    update(simulation, { prompt: { id: 'greet', variables: { name: 'Ann' } } })
    expect(instructionsOf(simulation, { prompt: stored })).toBe(text)
    expect(instructionsOf(simulation)).toBe('Greet Ann in verse. Again: Ann!')
    update(simulation, { instructions: 'Of the session.' })
    expect(instructionsOf(simulation)).toBe('Of the session.')
    expect(instructionsOf(simulation, { prompt: stored })).toBe(text)
    expect(instructionsOf(simulation, { prompt: null })).toBe('Of the session.')
    expect(instructionsOf(simulation, { prompt: stored, instructions: 'Of the response.' })).toBe('Of the response.')
    expect(instructionsOf(simulation, { instructions: '' })).toBe('')
  })

  it('can be taken away', () => {
    const simulation = open()
    update(simulation, { prompt: { id: 'plain' } })
    update(simulation, { prompt: null })
    expect(instructionsOf(simulation)).toBe('')
  })
})
