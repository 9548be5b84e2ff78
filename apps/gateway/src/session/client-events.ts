/** Counts a client's events, so that it can be told which were taken when it comes back. */
export interface ClientEvents {
  /** One more has come: answers its number, from 1 over the whole life of the session. It counts as taken at once unless it `waits`. */
  receive(waits: boolean): number
  /** One that waited has been dealt with. */
  take(number: number): void
  /** All events up to this one were dealt with. */
  readonly takenUpTo: number
  readonly received: number
}

export function countClientEvents(before: number): ClientEvents {
  let received = before
  /** In the order of their coming. */
  const waiting = new Set<number>()
  return {
    receive(waits) {
      received += 1
      if (waits) waiting.add(received)
      return received
    },
    take: (number) => void waiting.delete(number),
    get takenUpTo() {
      const [first] = waiting
      return first === undefined ? received : first - 1
    },
    get received() {
      return received
    },
  }
}
