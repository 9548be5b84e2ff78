import { describe, expect, it } from 'vitest'
import { makeEffectQueue } from './effect-queue.ts'

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('The effect queue', () => {
  it('runs what needs no waiting at once, while nothing is before it', () => {
    const done: number[] = []
    const queue = makeEffectQueue(10, () => {})
    queue.push(() => void done.push(1))
    expect(done).toEqual([1])
  })

  it('keeps the order when some effects take longer than others', async () => {
    const done: number[] = []
    const queue = makeEffectQueue(10, () => {})
    queue.push(async () => {
      await tick(20)
      done.push(1)
    })
    queue.push(() => void done.push(2))
    queue.push(async () => {
      await tick(1)
      done.push(3)
    })
    queue.push(() => void done.push(4))
    expect(done).toEqual([])
    await queue.idle()
    expect(done).toEqual([1, 2, 3, 4])
    queue.push(() => void done.push(5))
    expect(done).toEqual([1, 2, 3, 4, 5])
  })

  it('reports a failing effect and goes on with the next', async () => {
    const failures: unknown[] = []
    const done: number[] = []
    const queue = makeEffectQueue(10, (error) => failures.push(error))
    queue.push(() => Promise.reject(new Error('one')))
    queue.push(() => {
      throw new Error('two')
    })
    queue.push(() => void done.push(3))
    await queue.idle()
    expect(failures).toMatchObject([{ message: 'one' }, { message: 'two' }])
    expect(done).toEqual([3])
  })

  it('says when it is full', () => {
    const queue = makeEffectQueue(2, () => {})
    const forever = (): Promise<void> => new Promise(() => {})
    expect([1, 2, 3, 4].map(() => queue.push(forever))).toEqual([true, true, true, false])
  })
})
