import type { Closable, Log } from '@voicebox/kernel'

export interface Pulse extends Closable {
  isAlive(): boolean
  close(): void
}

/** Asks again and again whether Postgres answers, because a connection alone does not tell. It counts as alive until then. */
export function watchPulse({ ask, log }: { ask(): Promise<unknown>; log: Log }): Pulse {
  let isAlive = true
  let isAsking = false
  let unanswered = 0 // beats, not time: a process that was held up itself would find everything silent
  const timer = setInterval(beat, beatMs)
  timer.unref()
  beat()
  return { isAlive: () => isAlive, close: () => clearInterval(timer) }

  function beat(): void {
    if (isAsking) {
      unanswered += 1
      if (unanswered >= awayAfterBeats) turn(false)
      return
    }
    isAsking = true
    ask().then(
      () => answered(true),
      () => answered(false),
    )
  }

  function answered(answer: boolean): void {
    isAsking = false
    unanswered = 0
    turn(answer)
  }

  function turn(now: boolean): void {
    if (now === isAlive) return
    isAlive = now
    if (now) log.info({}, 'Postgres answers again')
    else log.warn({}, 'Postgres does not answer')
  }
}

const beatMs = 250
/** Silent ones, after the one that asked. */
const awayAfterBeats = 4
