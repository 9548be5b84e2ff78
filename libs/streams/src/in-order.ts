import { Failure } from '@voicebox/kernel'

/**
 * Runs tasks of the same key one after another, in the order of the calls; other keys do not wait. A task that fails does
 * not stop those behind it. At most `maxWaiting` wait for one key, more are refused.
 *
 * Pipelined scripts do not need this until the server has forgotten a script: their retries could then overtake each other.
 */
export type InOrder = <T>(key: string, task: () => Promise<T>) => Promise<T>

export function makeInOrder(maxWaiting = 1_000): InOrder {
  const lines = new Map<string, { tail: Promise<unknown>; waiting: number }>()
  return async (key, task) => {
    const line = lines.get(key) ?? { tail: Promise.resolve(), waiting: 0 }
    if (line.waiting >= maxWaiting) throw new Failure('capacity', 'redis_backlog', 'Too many writes wait for Redis')
    lines.set(key, line)
    line.waiting += 1
    const turn = line.tail.then(task)
    line.tail = turn.catch(() => {})
    try {
      return await turn
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(key)
    }
  }
}
