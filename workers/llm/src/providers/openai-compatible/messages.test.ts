import type { ContextItem } from '@voicebox/engines'
import { describe, expect, it } from 'vitest'
import { chatMessages } from './messages.ts'

describe('the messages of a chat completion', () => {
  it('have the calls of a run in the message of the assistant before them, and then the results', () => {
    const context = [user('Weather?'), { role: 'assistant', text: 'Let me see.' } as const, call('a'), call('b')]
    expect(messages([...context, result('a'), result('b'), call('c'), result('c')])).toEqual([
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: 'Let me see.', tool_calls: [toolCall('a'), toolCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'rain' },
      { role: 'tool', tool_call_id: 'b', content: 'rain' },
      { role: 'assistant', content: null, tool_calls: [toolCall('c')] },
      { role: 'tool', tool_call_id: 'c', content: 'rain' },
    ])
  })

  it.each(['', '{"city": "Ber', '[1]', 'null', '7'])('have no arguments that are no JSON object: %s', (given) => {
    expect(messages([{ ...call('a'), arguments: given }, result('a')])).toMatchObject([
      { tool_calls: [{ function: { arguments: '{}' } }] },
      { role: 'tool' },
    ])
  })

  it('have pictures as parts beside the words', () => {
    const images = [
      { url: 'data:image/png;base64,AA==', detail: 'low' as const },
      { url: 'data:image/jpeg;base64,BB==', detail: 'auto' as const },
    ]
    const parts = images.map((image) => ({ type: 'image_url', image_url: image }))
    expect(messages([{ role: 'user', text: 'Which one?', images }])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Which one?' }, ...parts] },
    ])
    expect(messages([{ role: 'user', text: '', images }])).toEqual([{ role: 'user', content: parts }])
  })

  it('tell a model that cannot see of pictures', () => {
    const picture = { url: 'data:image/png;base64,AA==', detail: 'low' as const }
    const context: ContextItem[] = [
      { role: 'user', text: 'Look!', images: [picture] },
      { role: 'user', text: '', images: [picture, picture] },
    ]
    expect(messages(context, false)).toEqual([
      { role: 'user', content: 'Look!\n[The user shows a picture, which you cannot see.]' },
      { role: 'user', content: '[The user shows 2 pictures, which you cannot see.]' },
    ])
  })
})

function messages(context: readonly ContextItem[], vision = true) {
  return chatMessages({ vision }, { instructions: '', context, signal: new AbortController().signal })
}

const user = (text: string): ContextItem => ({ role: 'user', text })
const call = (callId: string) => ({ role: 'tool_call', callId, name: 'get_weather', arguments: '{"n":1}' }) as const
const result = (callId: string): ContextItem => ({ role: 'tool_result', callId, output: 'rain' })
const toolCall = (id: string) => ({ id, type: 'function', function: { name: 'get_weather', arguments: '{"n":1}' } })
