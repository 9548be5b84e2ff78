/** A set number of places, given in the order they were asked for. */
export interface Slots {
  /** Waits for a free place; `undefined` when the signal is aborted first. */
  take(signal: AbortSignal): Promise<Slot | undefined>
}

export interface Slot {
  /** Gives the place to the next; more than once is harmless. */
  free(): void
}

export function makeSlots(count: number): Slots {
  const waiting = new Set<(slot: Slot) => void>()
  let freeSlots = count

  function occupy(): Slot {
    freeSlots -= 1
    let isFree = false
    return {
      free() {
        if (isFree) return
        isFree = true
        freeSlots += 1
        const [next] = waiting
        next?.(occupy())
      },
    }
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(undefined)
      if (freeSlots > 0) return Promise.resolve(occupy())
      return new Promise((resolve) => {
        const end = (slot?: Slot): void => {
          waiting.delete(end)
          signal.removeEventListener('abort', leave)
          resolve(slot)
        }
        const leave = (): void => end()
        waiting.add(end)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
