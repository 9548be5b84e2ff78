import { type Clock, Failure } from '@voicebox/kernel'
import type { HeardOfStream, VadCommand, VadThreadOptions } from './vad-messages.ts'
import { type VadWorker, startVadWorker } from './vad-worker.ts'

/** The way to the voice activity thread; starts it again, when there is something to say, after it died. */
export interface VadLink {
  /** Resolves when the thread listens; throws the `Failure` if it cannot. */
  start(): Promise<void>
  /** Sends the command at once, together with all others of this tick; or, where others were sent just before, with those of 10 ms. */
  send(command: VadCommand): void
  /** Sends now what waits. */
  hurry(): void
  close(): Promise<void>
}

export interface VadLinkOptions {
  thread: VadThreadOptions
  clock: Clock
  onHeard(heard: HeardOfStream[]): void
  /** The thread died, and all that it was told is lost. */
  onCrash(failure: Failure): void
}

export function makeVadLink({ thread, clock, onHeard, onCrash }: VadLinkOptions): VadLink {
  const firstStart = Promise.withResolvers<void>()
  let worker: VadWorker | undefined
  let outbox: VadCommand[] = []
  let cancelFlush: (() => void) | undefined
  let flushedAtMs = -Infinity
  let restart: Restart = { backOffMs: 0, atMs: 0 }

  function startWorker(): VadWorker {
    const startedAtMs = clock.now()
    return startVadWorker(thread, {
      onReply(reply) {
        if (reply.kind === 'ready') firstStart.resolve()
        else onHeard(reply.heard)
      },
      onEnd(cause) {
        const failure = new Failure('engine', 'voice_activity_lost', 'Voice activity detection has failed', { cause })
        restart = nextRestart(restart, { startedAtMs, nowMs: clock.now() })
        forget()
        firstStart.reject(failure)
        onCrash(failure)
      },
    })
  }

  function flush(): void {
    cancelFlush?.()
    cancelFlush = undefined
    worker ??= startWorker()
    worker.post(outbox)
    outbox = []
    flushedAtMs = clock.now()
  }

  function scheduleFlush(): () => void {
    if (worker === undefined) return clock.after(Math.max(0, restart.atMs - clock.now()), flush)
    const waitMs = flushedAtMs + gapMs - clock.now()
    if (waitMs > 0) return clock.after(waitMs, flush)
    const immediate = setImmediate(flush)
    return () => clearImmediate(immediate)
  }

  function forget(): void {
    cancelFlush?.()
    cancelFlush = undefined
    worker = undefined
    outbox = []
    flushedAtMs = -Infinity
  }

  return {
    start() {
      worker ??= startWorker()
      return firstStart.promise
    },
    send(command) {
      outbox.push(command)
      cancelFlush ??= scheduleFlush()
    },
    hurry() {
      if (outbox.length > 0 && worker !== undefined) flush()
    },
    async close() {
      const closing = worker
      forget()
      await closing?.close()
    },
  }
}

interface Restart {
  backOffMs: number
  atMs: number
}

/** With many streams a batch holds what all of them said in this time: the model judges 16 windows in the time of 4. */
const gapMs = 10
const firstBackOffMs = 100
const longestBackOffMs = 5_000
const healthyMs = 30_000

/** The first restart is soon; a thread that dies young makes the next one wait twice as long. */
function nextRestart(last: Restart, { startedAtMs, nowMs }: { startedAtMs: number; nowMs: number }): Restart {
  const isYoung = nowMs - startedAtMs < healthyMs
  const backOffMs = isYoung ? Math.min(Math.max(firstBackOffMs, 2 * last.backOffMs), longestBackOffMs) : firstBackOffMs
  return { backOffMs, atMs: nowMs + backOffMs }
}
