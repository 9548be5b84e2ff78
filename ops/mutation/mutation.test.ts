import { describe, expect, it } from 'vitest'
import { applyMutation } from './mutation.ts'

const mutation = { file: 'a.ts', find: 'a < b', replace: 'a <= $& b', breaks: 'the end is no part of it' }

describe('A mutation', () => {
  it('changes the one place that it names, to the letter', () => {
    expect(applyMutation('if (a < b) return', mutation)).toBe('if (a <= $& b) return')
  })

  it.each(['nothing of it', 'a < b and a < b'])('is refused where it is out of date: %s', (source) => {
    expect(() => applyMutation(source, mutation)).toThrow('a.ts does not have exactly one place')
  })
})
