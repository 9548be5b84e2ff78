import { Failure, toFailure } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { shownFailure } from './shown-failure.ts'

describe('A failure of a job in the log', () => {
  it('tells its kind, code and sentence, and nothing of its causes', () => {
    const failure = new Failure('engine', 'bad_stream', 'A provider sent a broken stream', {
      cause: new Error('lapis'),
    })
    expect(shownFailure(failure)).toEqual({
      kind: 'engine',
      code: 'bad_stream',
      reason: 'A provider sent a broken stream',
    })
  })

  it('tells where a bug is, and not what it says', () => {
    const shown = shownFailure(toFailure(thrownBy(() => JSON.parse('lapis\n    at lapis'))))
    expect(shown).toMatchObject({ kind: 'bug', code: 'internal_error' })
    expect(JSON.stringify(shown)).not.toContain('lapis')
    expect(JSON.stringify(shown)).toContain('shown-failure.test.ts')
  })

  it('tells nothing of a database that quotes what it was given', () => {
    const failure = new Failure('dependency', 'database_failed', 'It did not take lapis')
    expect(JSON.stringify(shownFailure(failure))).not.toContain('lapis')
  })
})

function thrownBy(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
