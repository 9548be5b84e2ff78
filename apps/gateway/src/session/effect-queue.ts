/** Performs tasks strictly one after the other; a task that needs no waiting runs at once when nothing is before it. */
export interface EffectQueue {
  /** Answers false when the queue is full: the caller must give up the session then. */
  push(task: () => Promise<void> | void): boolean
  /** Resolves when everything pushed so far is done. */
  idle(): Promise<void>
}

/** Makes a queue of at most `capacity` waiting tasks. A task that fails is reported and does not stop the rest. */
export function makeEffectQueue(capacity: number, onFailure: (error: unknown) => void): EffectQueue {
  const waiting: (() => Promise<void> | void)[] = []
  let running: Promise<void> | null = null

  function runNow(task: () => Promise<void> | void): Promise<void> | null {
    try {
      const pending = task()
      return pending instanceof Promise ? pending.catch(onFailure) : null
    } catch (error) {
      onFailure(error)
      return null
    }
  }

  async function runFrom(first: Promise<void>): Promise<void> {
    await first
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const pending = runNow(next)
      if (pending !== null) await pending
    }
    running = null
  }

  return {
    push(task) {
      if (running !== null) return waiting.length < capacity && waiting.push(task) > 0
      const pending = runNow(task)
      if (pending !== null) running = runFrom(pending)
      return true
    },
    idle: () => running ?? Promise.resolve(),
  }
}
