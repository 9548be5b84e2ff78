import { Failure } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { shownError } from './shown-error.ts'

describe('An error in the log', () => {
  it('tells its causes, kind and code, and where a bug is', () => {
    const failure = new Failure('dependency', 'redis_failed', 'Redis did not do GET', { cause: new Error('closed') })
    expect(shownError(failure)).toEqual({
      name: 'Failure',
      message: 'Redis did not do GET: closed',
      kind: 'dependency',
      code: 'redis_failed',
    })
    expect(shownError(new TypeError('no such thing'))).toMatchObject({
      message: 'no such thing',
      stack: expect.stringContaining('shown-error.test.ts') as string,
    })
  })

  it('tells what failed of many', () => {
    const error = new AggregateError([new Error('one'), 'two'], 'Closing failed')
    expect(shownError(error)).toMatchObject({ message: 'Closing failed: one; two' })
  })

  it('keeps what it carries to itself', () => {
    const error = Object.assign(new Error('ERR wrong'), { command: { name: 'set', args: ['sk-1'] } })
    expect(JSON.stringify(shownError(error))).not.toContain('sk-1')
  })

  it('comes to an end when its causes do not', () => {
    const error = new Error('round')
    error.cause = error
    expect(shownError(error)).toMatchObject({ message: expect.stringMatching(/^round(: round)+$/) as string })
  })

  it('may be anything', () => {
    expect(shownError('said')).toBe('said')
  })
})
