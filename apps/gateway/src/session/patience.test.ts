import { Failure, makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { makePatience } from './patience.ts'

const outage = new Failure('dependency', 'redis_failed', 'Redis is away')

describe('Patience', () => {
  it('repeats what Redis did not do until it does', async () => {
    const patience = makePatience({ clock: makeManualClock(), holdMs: 1_000 })
    let attempts = 0
    const task = async (): Promise<string> => {
      attempts += 1
      if (attempts < 3) throw outage
      return 'done'
    }
    expect(await patience.retry(task)).toBe('done')
    expect(attempts).toBe(3)
  })

  it('ends when the outage has lasted too long, whatever met it first', async () => {
    const clock = makeManualClock()
    const patience = makePatience({ clock, holdMs: 1_000 })
    const fail = (): Promise<never> => {
      clock.advance(400)
      return Promise.reject(outage)
    }
    await expect(patience.retry(fail)).rejects.toBe(outage)
    expect(clock.now()).toBe(1_600) // the first failure, and a second
    await expect(patience.retry(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(await patience.retry(async () => 'back')).toBe('back')
    let attempts = 0
    const once = async (): Promise<number> => {
      attempts += 1
      if (attempts === 1) throw outage
      return attempts
    }
    expect(await patience.retry(once)).toBe(2)
  })

  it('has none with what is no outage, nor when it is closed', async () => {
    const patience = makePatience({ clock: makeManualClock(), holdMs: 1_000 })
    await expect(patience.retry(() => Promise.reject(new Error('a bug')))).rejects.toMatchObject({ kind: 'bug' })
    const waiting = patience.retry(() => Promise.reject(outage))
    patience.close()
    await expect(waiting).rejects.toBe(outage)
  })
})
