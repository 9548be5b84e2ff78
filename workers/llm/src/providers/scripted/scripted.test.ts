import { llmProviderSchema } from '@voicebox/config'
import type { ContextItem, GenerationRequest, LanguageEvent } from '@voicebox/engines'
import { describe, expect, it } from 'vitest'
import { makeScripted } from './scripted.ts'

describe('a scripted model', () => {
  it('follows the first rule that applies, whatever the case and over lines', async () => {
    const rules = [
      { when: 'rain.*snow', reply: 'Both.' },
      { when: 'rain', reply: 'Rain.' },
      { when: '', reply: 'What?' },
    ]
    expect(await answer(rules, { context: [user('RAIN\nor Snow?')] })).toMatchObject({ text: 'Both.' })
    expect(await answer(rules, { context: [user('Rain?')] })).toMatchObject({ text: 'Rain.' })
    expect(await answer(rules, { context: [user('Sun?')] })).toMatchObject({ text: 'What?' })
  })

  it('replies otherwise where no rule applies', async () => {
    expect(await answer([{ when: 'rain', reply: 'Rain.' }])).toEqual({ text: 'OK.', calls: [], reason: 'stop' })
  })

  it('matches the question only while it is the last word', async () => {
    const rules = [
      { when: 'weather', reply: 'Asked.' },
      { when: '^(.*)$', in: 'tool_result', reply: 'It is $1.' },
    ]
    const context = [user('The weather?'), call('{}'), result('sunny')]
    expect(await answer(rules, { context: context.slice(0, 1) })).toMatchObject({ text: 'Asked.' })
    expect(await answer(rules, { context })).toMatchObject({ text: 'It is sunny.' })
    expect(await answer(rules, { context: context.slice(0, 2) })).toMatchObject({ text: 'OK.' })
  })

  it('matches the instructions at any time', async () => {
    const rules = [{ when: 'be (\\w+)', in: 'instructions', reply: 'I am $1.' }]
    expect(await answer(rules, { instructions: 'Be kind.', context: [] })).toMatchObject({ text: 'I am kind.' })
  })

  it('applies a rule only where it finds what it looks for, newest first', async () => {
    const rules = [{ when: 'my name', find: 'I am (\\w+)', reply: '%1' }]
    const context = [user('I am Ann.'), user('No, I am Bob.'), user('What is my name?')]
    expect(await answer(rules, { context })).toMatchObject({ text: 'Bob' })
    expect(await answer(rules, { context: context.slice(2) })).toMatchObject({ text: 'OK.' })
    const found = [{ when: 'x', in: 'tool_result', find: 'look_up .*"(\\w+)"', reply: '%1' }]
    expect(await answer(found, { context: [call('{"of":"rain"}'), result('x')] })).toMatchObject({ text: 'rain' })
  })

  it('calls with what it has matched and found, whether or not the tool is on offer', async () => {
    const rules = [
      {
        when: 'call (\\w+) with (.*)',
        find: 'city is (\\w+)',
        reply: 'One moment.',
        calls: [
          { name: '$1', arguments: '$2' },
          { name: 'other', arguments: '{"city":"%1","none":"$9"}' },
          { name: 'bare' },
        ],
      },
    ]
    const context = [user('The city is Rome.'), user('Call look_up with {"a": "$1"}')]
    expect(await answer(rules, { context })).toEqual({
      text: 'One moment.',
      calls: [
        ['look_up', '{"a": "$1"}'],
        ['other', '{"city":"Rome","none":""}'],
        ['bare', '{}'],
      ],
      reason: 'stop',
    })
  })

  it('can tell what it was given', async () => {
    const rules = [{ when: 'tell', reply: '$images $tools $context' }]
    const images = [{ url: 'data:image/png;base64,AA==', detail: 'low' as const }]
    const context: ContextItem[] = [{ role: 'user', text: 'Look', images }, call('{}'), result('rain'), user('tell')]
    const words = [{ role: 'user', text: 'Look' }, ...context.slice(1)]
    const tools = [{ name: 'look_up' }, { name: 'note' }]
    expect(await answer(rules, { context, tools })).toMatchObject({ text: `1 look_up,note ${JSON.stringify(words)}` })
  })

  it('does not call where it must not', async () => {
    const rules = [
      { when: 'both', reply: 'No.', calls: [{ name: 'look_up' }] },
      { when: 'call', calls: [{ name: 'look_up' }] },
    ]
    const toolChoice = 'none' as const
    expect(await answer(rules, { context: [user('both')], toolChoice })).toMatchObject({ text: 'No.', calls: [] })
    expect(await answer(rules, { context: [user('call')], toolChoice })).toMatchObject({ text: 'OK.', calls: [] })
  })

  it('makes the call that is demanded where no rule applies', async () => {
    const tools = [{ name: 'look_up' }, { name: 'note' }]
    const rules = [{ when: 'rain', reply: 'Rain.' }]
    const asked = (words: string, toolChoice: GenerationRequest['toolChoice'] & {}) =>
      answer(rules, { context: [user(words)], tools, toolChoice })
    expect(await asked('Sun', 'required')).toEqual({ text: '', calls: [['look_up', '{}']], reason: 'stop' })
    expect(await asked('Sun', { name: 'note' })).toMatchObject({ calls: [['note', '{}']] })
    expect(await asked('Rain', 'required')).toMatchObject({ text: 'Rain.', calls: [] })
    expect(await answer(rules, { context: [], toolChoice: 'required' })).toMatchObject({ text: 'OK.', calls: [] })
  })

  it('says nothing where its rule says nothing', async () => {
    expect(await answer([{ when: '' }])).toEqual({ text: '', calls: [], reason: 'stop' })
  })

  it('stops at the limit of tokens, in the arguments too', async () => {
    const rules = [{ when: '', reply: 'One two three.', calls: [{ name: 'look_up', arguments: '{"word": "rain"}' }] }]
    const reason = 'max_output_tokens'
    expect(await answer(rules, { maxOutputTokens: 2 })).toEqual({ text: 'One two', calls: [], reason })
    expect(await answer(rules, { maxOutputTokens: 5 })).toMatchObject({ calls: [['look_up', '{"word":']], reason })
  })
})

type Rules = readonly object[]

function settingsOf(rules: Rules) {
  const settings = llmProviderSchema.parse({ type: 'scripted', rules })
  if (settings.type !== 'scripted') throw new Error('Another provider')
  return settings
}

function request(options: Partial<GenerationRequest> = {}): GenerationRequest {
  return { instructions: '', context: [user('Hello')], signal: new AbortController().signal, ...options }
}

async function answer(rules: Rules, options: Partial<GenerationRequest> = {}) {
  const model = makeScripted(settingsOf(rules))
  const events = await Array.fromAsync(model.generate(request(options)))
  const last = events.at(-1)
  return {
    text: events.map((event) => (event.kind === 'text' ? event.text : '')).join(''),
    calls: events.flatMap((event) =>
      event.kind === 'call_started' ? [[event.name, argumentsOf(events, event.call)]] : [],
    ),
    reason: last?.kind === 'finish' ? last.reason : undefined,
  }
}

function argumentsOf(events: readonly LanguageEvent[], call: number): string {
  return events.map((event) => (event.kind === 'call_arguments' && event.call === call ? event.text : '')).join('')
}

const user = (text: string): ContextItem => ({ role: 'user', text })
const call = (given: string): ContextItem => ({ role: 'tool_call', callId: 'a', name: 'look_up', arguments: given })
const result = (output: string): ContextItem => ({ role: 'tool_result', callId: 'a', output })
