import { type Log, silentLog, sleep } from '@voicebox/kernel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Kept, keepDoing } from './keep-doing.ts'

function keep(
  pass: () => Promise<boolean>,
  { everyMs = 1, log = silentLog }: { everyMs?: number; log?: Log } = {},
): Kept {
  const kept = keepDoing({ name: 'sweeping', everyMs, pass, log })
  onTestFinished(() => kept.close())
  return kept
}

describe('A chore', () => {
  it('is done again and again, one pass at a time', async () => {
    let passes = 0
    let atATime = 0
    let most = 0
    const enough = Promise.withResolvers<void>()
    keep(async () => {
      most = Math.max(most, (atATime += 1))
      await sleep(5)
      atATime -= 1
      if ((passes += 1) === 10) enough.resolve()
      return false
    })
    await enough.promise
    expect(most).toBe(1)
  })

  it('goes on at once while there is more to do', async () => {
    const enough = Promise.withResolvers<void>()
    let passes = 0
    keep(
      async () => {
        if ((passes += 1) === 5) enough.resolve()
        return true
      },
      { everyMs: 3_600_000 },
    )
    await enough.promise
  })

  it('is tried again when it fails, and tells once of each stretch of failures', async () => {
    const lines: string[] = []
    const write = (_: unknown, message: string): void => void lines.push(message)
    const fails = [true, true, false, false, true, false]
    const enough = Promise.withResolvers<void>()
    keep(
      async () => {
        const fail = fails.shift()
        if (fail === undefined) enough.resolve()
        if (fail === true) throw new Error('no broom')
        return false
      },
      { log: { ...silentLog, info: write, warn: write } },
    )
    await enough.promise
    const [failed, again] = ['A chore failed; it is tried again', 'A chore succeeds again']
    expect(lines).toEqual([failed, again, failed, again])
  })

  it('is not begun again once it is closed, and what is under way is waited for', async () => {
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<boolean>()
    let passes = 0
    const kept = keep(() => {
      passes += 1
      begun.resolve()
      return end.promise
    })
    await begun.promise
    let isClosed = false
    const closed = kept.close({ deadlineMs: 60_000 }).then(() => (isClosed = true))
    await sleep(20)
    expect(isClosed).toBe(false)
    end.resolve(false)
    await closed
    await sleep(20)
    expect(passes).toBe(1)
  })

  it('is waited for no longer than until the deadline', async () => {
    const begun = Promise.withResolvers<void>()
    const kept = keep(() => {
      begun.resolve()
      return new Promise<boolean>(() => {})
    })
    await begun.promise
    await kept.close({ deadlineMs: 10 })
  })
})
