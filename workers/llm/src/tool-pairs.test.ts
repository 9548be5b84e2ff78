import type { ContextItem, ContextToolCall } from '@voicebox/engines'
import { describe, expect, it } from 'vitest'
import { noResultYet, pairTools } from './tool-pairs.ts'

describe('calls and results of a conversation', () => {
  it('stay as they are when each result follows its call', () => {
    const conversation = [said('Hello'), call('a'), result('a'), call('b'), result('b'), said('So.')]
    expect(pairTools(conversation)).toEqual(conversation)
  })

  it('are put together when something was said in between', () => {
    expect(pairTools([call('a'), said('Are you there?'), result('a')])).toEqual([
      call('a'),
      result('a'),
      said('Are you there?'),
    ])
  })

  it('are one run when the calls are adjacent, with the results in the order of the calls', () => {
    expect(pairTools([call('a'), call('b'), result('b'), said('Hm.'), result('a')])).toEqual([
      call('a'),
      call('b'),
      result('a'),
      result('b'),
      said('Hm.'),
    ])
  })

  it('get a stand-in for a result that is not there yet', () => {
    expect(pairTools([call('a'), call('b'), result('b')])).toEqual([
      call('a'),
      call('b'),
      result('a', noResultYet),
      result('b'),
    ])
  })

  it('lose a result without a call, which parts no calls either', () => {
    expect(pairTools([result('x'), call('a'), result('y'), call('b'), result('a'), result('b')])).toEqual([
      call('a'),
      call('b'),
      result('a'),
      result('b'),
    ])
  })

  it('have the last of several results', () => {
    const pending = result('a', 'wait')
    expect(pairTools([call('a'), pending, said('And?'), result('a', 'done')])).toEqual([
      call('a'),
      result('a', 'done'),
      said('And?'),
    ])
  })

  it('are told apart by place where an id is used again', () => {
    const conversation = [call('a'), result('a', 'one'), said('Again.'), call('a'), result('a', 'two')]
    expect(pairTools(conversation)).toEqual(conversation)
    expect(pairTools([call('a'), call('a'), result('a')])).toEqual([
      call('a'),
      result('a', noResultYet),
      call('a'),
      result('a'),
    ])
  })

  it('are paired when the result was put before its call', () => {
    expect(pairTools([result('a'), said('Hello'), call('a')])).toEqual([said('Hello'), call('a'), result('a')])
  })
})

const said = (text: string): ContextItem => ({ role: 'user', text })
const call = (callId: string): ContextToolCall => ({ role: 'tool_call', callId, name: 'look_up', arguments: '{}' })
const result = (callId: string, output = 'found'): ContextItem => ({ role: 'tool_result', callId, output })
