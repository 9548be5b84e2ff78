import type { ContextItem } from '@voicebox/engines'
import { describe, expect, it } from 'vitest'
import { contextOf } from './context.ts'

describe('the context of a generation', () => {
  it('leaves out what has no words', () => {
    expect(contextOf([[system('Be kind.')], [user('')], null, [], [assistant(' ')], [user('Hello')]])).toEqual([
      system('Be kind.'),
      user('Hello'),
    ])
  })

  it('says that the last turn of the user was not understood', () => {
    expect(contextOf([[user('Hello')], [user('')]])).toEqual([user('Hello'), user('[inaudible]')])
    expect(contextOf([[user('')], [assistant('')], [system('Be kind.')]])).toEqual([
      user('[inaudible]'),
      system('Be kind.'),
    ])
  })

  it('does not take a turn for the question that was answered in words', () => {
    expect(contextOf([[user('Hello')], [user('')], [assistant('Pardon?')]])).toEqual([
      user('Hello'),
      assistant('Pardon?'),
    ])
  })

  it('shows a turn that was not understood where a tool was called on it', () => {
    expect(contextOf([[user('')], [call('a')], [result('a')]])).toEqual([user('[inaudible]'), call('a'), result('a')])
  })

  it('takes a turn for the question that came between a call and its result', () => {
    expect(contextOf([[user('Hello')], [call('a')], [user('')], [result('a')]])).toEqual([
      user('Hello'),
      call('a'),
      result('a'),
      user('[inaudible]'),
    ])
  })

  it('takes a picture without words for a turn', () => {
    const shown = { ...user(''), images: [{ url: 'data:image/png;base64,AA==', detail: 'auto' as const }] }
    expect(contextOf([[shown], [user('What is it?')]])).toEqual([shown, user('What is it?')])
  })

  it('has all entries of an item', () => {
    const exchange = [call('a'), result('a')]
    expect(contextOf([[user('Hello')], exchange, [assistant('Hi')]])).toEqual([
      user('Hello'),
      ...exchange,
      assistant('Hi'),
    ])
  })
})

const system = (text: string): ContextItem => ({ role: 'system', text })
const user = (text: string): ContextItem => ({ role: 'user', text })
const assistant = (text: string): ContextItem => ({ role: 'assistant', text })
const call = (callId: string): ContextItem => ({ role: 'tool_call', callId, name: 'look_up', arguments: '{}' })
const result = (callId: string): ContextItem => ({ role: 'tool_result', callId, output: 'found' })
