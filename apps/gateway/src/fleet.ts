import { type Clock, sleep } from '@voicebox/kernel'
import type { Services } from './services.ts'
import { services } from './services.ts'
import type { Driver } from './session/driver.ts'

/** The sessions that this gateway drives. */
export interface Fleet {
  add(driver: Driver): void
  /** A session is let go of; the promise is of when nothing is left to do for it. */
  remove(driver: Driver, left: Promise<void>): void
  /** Tells every session whether Redis can be reached. */
  storage(isAway: boolean): void
  /** Tells every session who serves it. */
  served(by: Pick<Services, 'isServed'>): void
  readonly size: number
  readonly slow: number
  /**
   * Lets go of every session, also of those that are added from now on: those in which nothing is under way first, the others
   * when that is done or the time is over.
   */
  drain(withinMs: number): Promise<void>
  /** Resolves when nothing is left to do for those that were let go of. */
  gone(): Promise<void>
}

export function makeFleet(clock: Clock): Fleet {
  const drivers = new Set<Driver>()
  const leaving = new Set<Promise<void>>()
  const draining = new Set<Promise<void>>()
  let isAway = false
  /** Aborted when the time to drain is over; null while nobody shall leave. */
  let deadline: AbortController | null = null

  function drain(driver: Driver, { signal }: AbortController, delayMs: number): void {
    const drained = sleep(delayMs, signal).then(() => driver.drain(signal))
    draining.add(drained)
    void drained.finally(() => draining.delete(drained))
  }

  return {
    add(driver) {
      drivers.add(driver)
      driver.storage(isAway)
      if (deadline !== null) drain(driver, deadline, 0)
    },
    remove(driver, left) {
      drivers.delete(driver)
      leaving.add(left)
      void left.finally(() => leaving.delete(left))
    },
    storage(away) {
      isAway = away
      for (const driver of drivers) driver.storage(away)
    },
    served(by) {
      for (const driver of drivers) tellWhoServes(driver, by)
    },
    get size() {
      return drivers.size
    },
    get slow() {
      return [...drivers].filter(({ isSlow }) => isSlow).length
    },
    async drain(withinMs) {
      const over = (deadline = new AbortController())
      const disarm = clock.after(withinMs, () => over.abort())
      // a little apart, so that those who come back do not all come at once
      for (const [index, driver] of [...drivers].entries())
        drain(driver, over, Math.min(index * drainApartMs, withinMs / 2))
      while (draining.size > 0) await Promise.all(draining)
      disarm()
      over.abort()
    },
    async gone() {
      while (leaving.size > 0) await Promise.allSettled(leaving)
    },
  }
}

const drainApartMs = 2

/** A session that nobody told otherwise takes every service for served. */
export function tellWhoServes(driver: Driver, by: Pick<Services, 'isServed'>): void {
  for (const service of services) driver.service(service, by.isServed(service, driver.pipeline))
}
