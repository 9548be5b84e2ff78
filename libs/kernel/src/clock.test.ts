import { describe, expect, it } from 'vitest'
import { aborted, sleep } from './abort.ts'
import { makeManualClock } from './clock.ts'
import { Failure, toFailure } from './failure.ts'
import { newId } from './ids.ts'

describe('The manual clock', () => {
  it('runs what falls due in order, also what that arms, and nothing that was cancelled', () => {
    const clock = makeManualClock(1_000)
    const ran: string[] = []
    clock.after(20, () => ran.push(`b@${clock.now()}`))
    clock.after(10, () => {
      ran.push(`a@${clock.now()}`)
      clock.after(5, () => ran.push(`c@${clock.now()}`))
    })
    const cancel = clock.after(15, () => ran.push('never'))
    cancel()
    clock.advance(19)
    expect(ran).toEqual(['a@1010', 'c@1015'])
    clock.advance(100)
    expect(ran).toEqual(['a@1010', 'c@1015', 'b@1020'])
  })
})

describe('Waiting', () => {
  it('ends at once when the signal is aborted, before or during it', async () => {
    const controller = new AbortController()
    const long = sleep(1_000_000, controller.signal)
    const forever = aborted(controller.signal)
    controller.abort()
    await Promise.all([long, forever, sleep(1_000_000, controller.signal), aborted(controller.signal)])
  })
})

describe('A failure', () => {
  it('stays itself, and whatever else was thrown counts as a bug with its cause kept', () => {
    const failure = new Failure('engine', 'crashed', 'It crashed')
    expect(toFailure(failure)).toBe(failure)
    const cause = new TypeError('x is undefined')
    expect(toFailure(cause)).toMatchObject({ kind: 'bug', code: 'internal_error', retryable: false, cause })
    expect(failure.retryable).toBe(true)
    expect(new Failure('engine', 'c', 'm', { retryable: false }).retryable).toBe(false)
  })
})

describe('An id', () => {
  it('has its prefix and 21 letters and digits, and is never the same', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('sess'))
    for (const id of ids) expect(id).toMatch(/^sess_[0-9A-Za-z]{21}$/)
    expect(new Set(ids).size).toBe(1_000)
  })
})
