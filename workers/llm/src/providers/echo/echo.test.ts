import type { ContextItem, GenerationRequest } from '@voicebox/engines'
import { describe, expect, it } from 'vitest'
import { makeEcho } from './echo.ts'

describe('the echo', () => {
  it('greets one who has said nothing', async () => {
    expect(await answer([])).toBe('Hello! Say something, and I will repeat it.')
  })

  it.each([
    ['Hello', 0, 'You said: Hello'],
    ['[inaudible]', 0, 'Sorry, I did not catch that. Could you say it again?'],
    ['Look', 2, 'You said: Look (and showed me 2 pictures)'],
    ['', 1, 'You showed me a picture.'],
  ])('repeats %j with %i pictures as %j', async (text, pictures, said) => {
    const images = Array.from({ length: pictures }, () => ({
      url: 'data:image/png;base64,AA==',
      detail: 'auto' as const,
    }))
    expect(await answer([{ role: 'user', text, images }])).toBe(said)
  })

  it('says what the tools gave, although another call is demanded', async () => {
    const context = [user('Weather?'), call('a', 'get_weather'), result('z', 'old'), call('b', 'get_time')]
    const results = [result('a', 'rain'), result('b', 'noon')]
    expect(await answer([...context, ...results], { toolChoice: 'required', tools: [{ name: 'get_time' }] })).toBe(
      'The tool get_weather gave: rain The tool get_time gave: noon',
    )
    expect(await answer([...context, ...results, user('Thanks')])).toBe('You said: Thanks')
  })

  it('calls a tool only where one is demanded', async () => {
    const tools = [{ name: 'look_up' }, { name: 'note' }]
    expect(await answer([user('Hi')], { tools, toolChoice: 'required' })).toBe('look_up({})')
    expect(await answer([user('Hi')], { tools, toolChoice: { name: 'note' } })).toBe('note({})')
    expect(await answer([user('Hi')], { tools, toolChoice: 'auto' })).toBe('You said: Hi')
    expect(await answer([user('Hi')], { tools, toolChoice: 'none' })).toBe('You said: Hi')
    expect(await answer([user('Hi')], { toolChoice: 'required' })).toBe('You said: Hi')
  })
})

async function answer(context: readonly ContextItem[], options: Partial<GenerationRequest> = {}): Promise<string> {
  const request = { instructions: '', context, signal: new AbortController().signal, ...options }
  const events = await Array.fromAsync(makeEcho().generate(request))
  return events
    .map((event) => {
      if (event.kind === 'call_started') return `${event.name}(`
      if (event.kind === 'call_arguments') return `${event.text})`
      return event.kind === 'text' ? event.text : ''
    })
    .join('')
}

const user = (text: string): ContextItem => ({ role: 'user', text })
const call = (callId: string, name: string): ContextItem => ({ role: 'tool_call', callId, name, arguments: '{}' })
const result = (callId: string, output: string): ContextItem => ({ role: 'tool_result', callId, output })
