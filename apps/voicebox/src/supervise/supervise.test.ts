import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@voicebox/kernel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeChild } from '../testing/fake-child-path.ts'
import { isGone, makeTempDir, until } from '../testing/processes.ts'
import { delayMs } from './back-off.ts'
import { type Supervised, type SupervisedSpec, supervise } from './supervise.ts'

const quick = { firstMs: 10, maxMs: 40, healthyAfterMs: 30_000, startAttempts: 5 }

describe('a supervised process', () => {
  it('is started again after ever longer waits when it dies', async () => {
    const { waits } = start('serve-and-die')
    await until(() => waits.length >= 4)
    expect(waits.slice(0, 4)).toEqual([10, 20, 40, 40])
  })

  it('counts its deaths anew after it has served for long enough', async () => {
    const { waits } = start('serve-and-die', { backOff: { ...quick, healthyAfterMs: 0 } })
    await until(() => waits.length >= 3)
    expect(waits.slice(0, 3)).toEqual([10, 10, 10])
  })

  it('ends the start at once when it says that the configuration is wrong, in its own words', async () => {
    const { supervised, waits } = start('misconfigure')
    await expect(supervised.started).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: 'VOICEBOX_PORT: expected a number',
    })
    expect(waits).toEqual([])
  })

  it('ends the start after five deaths in a row, in its own words', async () => {
    const { supervised, waits } = start('die')
    await expect(supervised.started).rejects.toThrow('worker cannot start:\nThe engine is broken.')
    expect(waits).toHaveLength(4)
  })

  it('is killed when it is not ready in time', async () => {
    const { supervised } = start('serve', { readyWithinMs: 1, backOff: { ...quick, startAttempts: 1 } })
    await expect(supervised.started).rejects.toThrow('worker cannot start:\nSIGKILL')
  })

  it('leaves in good order when asked', async () => {
    const { supervised, notes } = start('serve')
    await supervised.started
    await supervised.close()
    expect(notes().map(([, what]) => what)).toEqual(['start', 'left'])
    expect(isGone(Number(notes()[0]?.[2]))).toBe(true)
  })

  it('is killed at its deadline when it does not leave', async () => {
    const { supervised, notes } = start('ignore', { leaveWithinMs: 50 })
    await supervised.started
    await supervised.close()
    expect(isGone(Number(notes()[0]?.[2]))).toBe(true)
  })

  it('is killed at once when there is no time', async () => {
    const { supervised, notes, hurry } = start('ignore', { leaveWithinMs: 600_000 })
    await supervised.started
    const closing = supervised.close()
    hurry.abort()
    await closing
    expect(isGone(Number(notes()[0]?.[2]))).toBe(true)
  })

  it('is restarted as often as it is asked for, and not at all as if it had died', async () => {
    const { supervised, notes, waits } = start('serve')
    await supervised.started
    await supervised.restart()
    await supervised.restart()
    expect(notes().map(([, what]) => what)).toEqual(['start', 'left', 'start', 'left', 'start'])
    expect(waits).toEqual([])
  })

  it('is restarted once by two wishes at a time', async () => {
    const { supervised, notes } = start('serve')
    await supervised.started
    await Promise.all([supervised.restart(), supervised.restart()])
    expect(notes().map(([, what]) => what)).toEqual(['start', 'left', 'start'])
  })

  it('says why its successor does not serve, and is started again and again', async () => {
    const { supervised, waits } = start('serve-once')
    await supervised.started
    await expect(supervised.restart()).rejects.toThrow('worker cannot start:\nThe engine is broken.')
    await until(() => waits.length >= 2)
    expect(waits.slice(0, 2)).toEqual([10, 20])
  })

  it('may be asked to leave for good while it leaves for its successor, and still has its time', async () => {
    const { supervised, notes } = start('leave-slowly')
    await supervised.started
    const restarted = supervised.restart()
    const outcome = expect(restarted).rejects.toThrow('worker was stopped before it was ready')
    await sleep(800) // a signal that comes later than an echo would end it at once
    await supervised.close()
    await outcome
    expect(notes().map(([, what]) => what)).toEqual(['start', 'left'])
    await expect(supervised.restart()).rejects.toThrow('was stopped')
  })

  it('is killed when it does not leave for its successor in time', async () => {
    const { supervised, notes } = start('ignore', { leaveWithinMs: 50 })
    await supervised.started
    await supervised.restart()
    expect(notes().map(([, what]) => what)).toEqual(['start', 'start'])
    expect(isGone(Number(notes()[0]?.[2]))).toBe(true)
  })

  it('takes with it what it started', async () => {
    const { supervised, notes } = start('have-child')
    await supervised.started
    await supervised.close()
    const grandchild = Number(notes().find(([, what]) => what === 'started')?.[2])
    expect(grandchild).toBeGreaterThan(0)
    await until(() => isGone(grandchild))
  })
})

it('waits twice as long after each death, up to a bound', () => {
  const backOff = { firstMs: 250, maxMs: 15_000, healthyAfterMs: 30_000, startAttempts: 5 }
  expect([1, 2, 3, 6, 7, 50].map((deaths) => delayMs(backOff, deaths))).toEqual([
    250, 500, 1_000, 8_000, 15_000, 15_000,
  ])
})

function start(behaviour: string, options: Partial<SupervisedSpec> = {}) {
  const file = join(makeTempDir(), 'notes')
  const waits: number[] = []
  const hurry = new AbortController()
  const supervised: Supervised = supervise(
    {
      name: 'worker',
      entry: fakeChild,
      args: [behaviour, file, 'worker'],
      env: () => ({ ...process.env, VOICEBOX_DRAIN_MS: '600000' }), // it does not end itself
      backOff: quick,
      ...options,
    },
    { onLine: () => {}, onRestart: (_name, _reason, afterMs) => waits.push(afterMs) },
    hurry.signal,
  )
  onTestFinished(() => supervised.close())
  const notes = (): string[][] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
  return { supervised, waits, hurry, notes }
}
