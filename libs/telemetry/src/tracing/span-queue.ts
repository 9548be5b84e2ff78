import { type Clock, sleep } from '@voicebox/kernel'

export interface SpanQueueOptions<S> {
  /** Sends a batch; answers whether it was taken. Never rejects. */
  send(batch: readonly S[]): Promise<boolean>
  maxWaiting: number
  maxBatch: number
  /** How long a span waits for others. */
  delayMs: number
  clock: Clock
  onOutcome(outcome: 'exported' | 'failed' | 'dropped', spans: number): void
}

/** Sends spans in batches, one after another, beside what they tell of: whoever pushes never waits. */
export interface SpanQueue<S> {
  push(spans: readonly S[]): void
  /** Sends what waits, or gives up after so long; what comes later is dropped. */
  close(withinMs: number): Promise<void>
}

export function makeSpanQueue<S>(options: SpanQueueOptions<S>): SpanQueue<S> {
  const { send, maxWaiting, maxBatch, delayMs, clock, onOutcome } = options
  let waiting: S[] = []
  let sending: Promise<void> | null = null
  let cancelDelay: (() => void) | null = null
  let isClosed = false

  /** Batch after batch until fewer than a batch wait, or `isAll`, none. */
  async function sendOn(isAll: boolean): Promise<void> {
    while (waiting.length >= (isAll || isClosed ? 1 : maxBatch)) {
      const batch = waiting.splice(0, maxBatch)
      onOutcome((await send(batch)) ? 'exported' : 'failed', batch.length)
    }
    sending = null
    if (waiting.length > 0) arm()
  }

  function start(isAll: boolean): void {
    cancelDelay?.()
    cancelDelay = null
    sending ??= sendOn(isAll)
  }

  function arm(): void {
    if (sending !== null) return
    if (waiting.length >= maxBatch) return start(false)
    cancelDelay ??= clock.after(delayMs, () => start(true))
  }

  return {
    push(spans) {
      const room = isClosed ? 0 : Math.max(0, maxWaiting - waiting.length)
      if (spans.length > room) onOutcome('dropped', spans.length - room)
      if (room === 0) return
      waiting.push(...spans.slice(0, room))
      arm()
    },
    async close(withinMs) {
      isClosed = true
      start(true)
      const late = new AbortController()
      await Promise.race([sending, sleep(withinMs, late.signal)])
      late.abort()
      if (waiting.length > 0) onOutcome('dropped', waiting.length)
      waiting = []
    },
  }
}
