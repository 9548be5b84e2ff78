import type { Closable } from '@voicebox/kernel'

/** Whoever wants to know when Redis goes and comes. */
export interface RedisWatcher {
  /** It has not answered for about a second. */
  onAway(): void
  /** It answers again. */
  onBack(): void
}

export interface Pulse {
  /** How long ago the last answer was. */
  silentMs(): number
  watch(watcher: RedisWatcher): Closable
  stop(): void
}

export interface PulseOptions {
  ask(): Promise<unknown>
  /** Called now and then while Redis is away. */
  whileAway(): void
}

/** Asks again and again whether Redis answers, because a connection alone does not tell. */
export function watchPulse({ ask, whileAway }: PulseOptions): Pulse {
  const watchers = new Set<RedisWatcher>()
  let answeredAtMs = performance.now()
  let unanswered = 0 // beats, not time: a process that was held up itself would find everything silent
  let isAsking = false
  const timer = setInterval(beat, beatMs)
  timer.unref()
  return {
    silentMs: () => performance.now() - answeredAtMs,
    watch(watcher) {
      watchers.add(watcher)
      return { close: () => void watchers.delete(watcher) }
    },
    stop: () => clearInterval(timer),
  }

  function beat(): void {
    unanswered += 1
    if (unanswered === awayAfterBeats) for (const { onAway } of watchers) onAway()
    if (unanswered >= awayAfterBeats) whileAway()
    if (isAsking) return
    isAsking = true
    ask().then(
      () => answer(),
      () => (isAsking = false), // the number of beats tells
    )
  }

  function answer(): void {
    const wasAway = unanswered >= awayAfterBeats
    isAsking = false
    answeredAtMs = performance.now()
    unanswered = 0
    if (wasAway) for (const { onBack } of watchers) onBack()
  }
}

const beatMs = 250
/** The first of these is the one that asks. */
const awayAfterBeats = 5
