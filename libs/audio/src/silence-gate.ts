/**
 * Spares the model the windows of one stream that sound as the silence before them did. What it says of speech does not change
 * by that: a window that is louder than the silence is judged, with those before it first, so that the model knows how it began.
 */
export interface SilenceGate {
  /** Whether this window is as the silence before it; each window is asked for once, in order. */
  holds(window: Int16Array): boolean
  /** What the model said of a window that was not held. */
  judged(probability: number): void
  /** What the model said last: it is so of held windows too. */
  readonly probability: number
  /** The windows that were held and the model should hear first, the oldest first; asking again answers none. */
  takeHeld(): Int16Array[]
}

/** The model must have been so sure, for so many windows (half a second). */
const silentBelow = 0.1
const settledWindows = 16
/** Louder than the quietest of late by this factor in energy, 2 dB, a window is not as the silence was. */
const louder = 1.6
/** The quietest of late is forgotten at this pace a window: what it was counts for twice as much after two seconds. */
const forgetting = 1.01
/** No silence counts for less than this mean square (−66 dB): a microphone that is switched off gives zeros. */
const inaudible = 256
/** What the model is told of the past when it is asked again: 128 ms. */
const keptWindows = 4

export function makeSilenceGate(): SilenceGate {
  let quietest: number | null = null
  let settled = 0
  let probability = 0
  let held: Int16Array[] = []
  return {
    holds(window) {
      const energy = energyOf(window)
      const isAsQuiet = quietest !== null && energy <= quietest * louder
      quietest = Math.max(inaudible, Math.min(energy, (quietest ?? Infinity) * forgetting))
      if (!isAsQuiet || settled < settledWindows) return false
      held.push(window)
      if (held.length > keptWindows) held.shift()
      return true
    },
    judged(said) {
      probability = said
      settled = said < silentBelow ? settled + 1 : 0
    },
    get probability() {
      return probability
    },
    takeHeld() {
      const taken = held
      held = []
      return taken
    },
  }
}

/** The mean square. */
function energyOf(window: Int16Array): number {
  let sum = 0
  for (const sample of window) sum += sample * sample
  return sum / window.length
}
