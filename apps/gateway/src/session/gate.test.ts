import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeGate } from './gate.ts'

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('The gate', () => {
  it('does at once what rests on nothing, while nothing is before it', () => {
    const done: number[] = []
    const gate = makeGate(10, () => {})
    gate.push(0, () => void done.push(1))
    expect(done).toEqual([1])
  })

  it('does what rests on a change once that is safe, and keeps what follows behind it', () => {
    const done: number[] = []
    const gate = makeGate(10, () => {})
    gate.push(2, () => void done.push(1))
    gate.push(0, () => void done.push(2))
    gate.open(1)
    expect(done).toEqual([])
    gate.open(2)
    expect(done).toEqual([1, 2])
    gate.open(1)
    gate.push(2, () => void done.push(3))
    expect(done).toEqual([1, 2, 3])
  })

  it('does nothing while it is held', async () => {
    const done: number[] = []
    const gate = makeGate(10, () => {})
    gate.hold()
    gate.push(0, () => void done.push(1))
    expect(done).toEqual([])
    gate.resume()
    expect(done).toEqual([1])
    await gate.idle()
  })

  it('keeps the order, whatever takes how long and whenever changes are safe', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ rests: fc.nat(6), isSlow: fc.boolean(), opens: fc.option(fc.nat(6)) }), {
          maxLength: 40,
          size: 'max',
        }),
        async (tasks) => {
          const done: number[] = []
          let safe = 0
          const gate = makeGate(100, (error) => expect.fail(String(error)))
          for (const [index, { rests, isSlow, opens }] of tasks.entries()) {
            gate.push(rests, async () => {
              expect(rests).toBeLessThanOrEqual(safe)
              if (isSlow) await tick(0)
              done.push(index)
            })
            if (opens !== null) gate.open((safe = Math.max(safe, opens)))
          }
          gate.open((safe = 6))
          await gate.idle()
          expect(done).toEqual(tasks.map((_, index) => index))
        },
      ),
    )
  })

  it('reports a failing task and goes on with the next', async () => {
    const failures: unknown[] = []
    const done: number[] = []
    const gate = makeGate(10, (error) => failures.push(error))
    gate.push(0, () => Promise.reject(new Error('one')))
    gate.push(0, () => {
      throw new Error('two')
    })
    gate.push(0, () => void done.push(3))
    await gate.idle()
    expect(failures).toMatchObject([{ message: 'one' }, { message: 'two' }])
    expect(done).toEqual([3])
  })

  it('says when it is full, and forgets what waits when it is closed', async () => {
    const done: number[] = []
    const gate = makeGate(2, () => {})
    expect([1, 2, 3].map((number) => gate.push(1, () => void done.push(number)))).toEqual([true, true, false])
    const idle = gate.idle()
    gate.close()
    await idle
    gate.open(1)
    expect(done).toEqual([])
  })
})
