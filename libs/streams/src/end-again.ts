/**
 * Makes an end once more when Redis cannot lose it any longer, since nobody would notice that it has: this changes nothing where the
 * end is there. Where Redis does not answer it may be losing it at that moment, so it is tried again then, for a minute.
 */
export function endAgain(end: () => Promise<void>): void {
  if (waiting >= maxWaiting) return // should Redis lose it, the session ends a second time when its time is over
  waiting += 1
  after(maxTries)

  function after(triesLeft: number): void {
    const timer = setTimeout(() => {
      end().then(
        () => (waiting -= 1),
        () => (triesLeft > 1 ? after(triesLeft - 1) : (waiting -= 1)),
      )
    }, lossMs)
    timer.unref() // a process that leaves does not wait for it
  }
}

let waiting = 0
const maxWaiting = 1_000
/** With `appendfsync everysec` Redis may lose two seconds. */
const lossMs = 3_000
const maxTries = 20
