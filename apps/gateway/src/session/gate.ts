/**
 * Does tasks strictly one after the other, each once the change that it rests on is safe; a task that needs no waiting runs
 * at once when nothing is before it.
 */
export interface Gate {
  /** `rests` is the number of the latest change before it. Answers false when too much waits: the session must be given up then. */
  push(rests: number, task: () => Promise<void> | void): boolean
  /** Every change up to this one is safe. */
  open(upTo: number): void
  /** How many wait. */
  readonly waiting: number
  /** Nothing goes until `resume`. */
  hold(): void
  resume(): void
  /** Resolves when everything pushed so far is done, or the gate is closed. */
  idle(): Promise<void>
  /** Forgets what waits. */
  close(): void
}

/** Makes a gate with room for `capacity` waiting tasks. A task that fails is reported and does not stop the rest. */
export function makeGate(capacity: number, onFailure: (error: unknown) => void): Gate {
  let waiting: { rests: number; task: () => Promise<void> | void }[] = []
  let safe = 0
  let isHeld = false
  let isRunning = false
  let isClosed = false
  let idlers: (() => void)[] = []

  const mayGo = (rests: number): boolean => rests <= safe && !isHeld

  function runNow(task: () => Promise<void> | void): Promise<void> | null {
    try {
      const pending = task()
      return pending instanceof Promise ? pending.catch(onFailure) : null
    } catch (error) {
      onFailure(error)
      return null
    }
  }

  /** Goes on until something must be waited for. */
  function go(): void {
    if (isRunning) return
    isRunning = true
    for (let next = waiting[0]; next !== undefined && mayGo(next.rests); next = waiting[0]) {
      waiting.shift()
      const pending = runNow(next.task)
      if (pending === null) continue
      void pending.then(() => {
        isRunning = false
        go()
      })
      return
    }
    isRunning = false
    if (waiting.length > 0) return
    for (const idler of idlers.splice(0)) idler()
  }

  return {
    push(rests, task) {
      if (isClosed) return true
      if (waiting.length >= capacity) return false
      waiting.push({ rests, task })
      go()
      return true
    },
    open(upTo) {
      safe = Math.max(safe, upTo)
      go()
    },
    get waiting() {
      return waiting.length
    },
    hold() {
      isHeld = true
    },
    resume() {
      isHeld = false
      go()
    },
    idle: () =>
      isClosed || (waiting.length === 0 && !isRunning)
        ? Promise.resolve()
        : new Promise((resolve) => idlers.push(resolve)),
    close() {
      isClosed = true
      waiting = []
      for (const idler of idlers) idler()
      idlers = []
    },
  }
}
