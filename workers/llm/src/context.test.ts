import { describe, expect, it } from 'vitest'
import { contextOf } from './context.ts'

describe('the context of a generation', () => {
  it('leaves out what has no words', () => {
    expect(
      contextOf([
        { role: 'system', text: 'Be kind.' },
        { role: 'user', text: '' },
        null,
        { role: 'assistant', text: ' ' },
        { role: 'user', text: 'Hello' },
      ]),
    ).toEqual([
      { role: 'system', text: 'Be kind.' },
      { role: 'user', text: 'Hello' },
    ])
  })

  it('says that the last turn of the user was not understood', () => {
    expect(
      contextOf([
        { role: 'user', text: 'Hello' },
        { role: 'user', text: '' },
      ]),
    ).toEqual([
      { role: 'user', text: 'Hello' },
      { role: 'user', text: '[inaudible]' },
    ])
  })
})
