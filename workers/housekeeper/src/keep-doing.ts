import { type Closable, type Log, sleep } from '@voicebox/kernel'

interface Chore {
  /** What failed, for the log. */
  name: string
  everyMs: number
  /** Does what there is to do; true: there is more, so it is called again at once. */
  pass(): Promise<boolean>
  log: Log
}

export interface Kept extends Closable {
  /** Begins no further pass, and waits for the one under way, but not longer than until the deadline. */
  close(options?: { deadlineMs?: number }): Promise<void>
}

/** Does a chore again and again, one pass at a time, about `everyMs` apart. A pass that fails is tried again like any other. */
export function keepDoing({ name, everyMs, pass, log }: Chore): Kept {
  const closing = new AbortController()
  const running = keepOn()
  return {
    async close({ deadlineMs = 0 } = {}) {
      closing.abort()
      const over = new AbortController()
      await Promise.race([running, sleep(deadlineMs, over.signal)])
      over.abort()
    },
  }

  async function keepOn(): Promise<void> {
    let isFailing = false
    while (!closing.signal.aborted) {
      let hasMore = false
      try {
        hasMore = await pass()
        if (isFailing) log.info({ chore: name }, 'A chore succeeds again')
        isFailing = false
      } catch (error) {
        if (!isFailing) log.warn({ error, chore: name }, 'A chore failed; it is tried again')
        isFailing = true
      }
      if (!hasMore) await sleep(jittered(everyMs), closing.signal)
    }
  }
}

/** Housekeepers that were started together do not stay in step. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2)
}
