import type { Chance } from '../chaos/plan/chance.ts'
import type { Coverage } from './coverage.ts'
import { type Frames, mutate } from './mutate.ts'
import type { Finding, Target } from './target.ts'

export interface FuzzOptions {
  target: Target
  seeds: readonly Frames[]
  chance: Chance
  coverage: Coverage
  /** When to stop, by `performance.now`. */
  untilMs: number
  /** Hears how far it is, often. */
  tell?(report: FuzzReport): void
}

export interface FuzzReport {
  finding: Finding | null
  runs: number
  /** Inputs that did something which none before them did. */
  corpus: number
  places: number
}

/** Asking V8 what has run takes as long as many inputs do. */
const batchSize = 64

/** Mutates what has led somewhere new again and again, until something is found or the time is over. */
export function fuzz({ target, seeds, chance, coverage, untilMs, tell = () => {} }: FuzzOptions): FuzzReport {
  const corpus: Frames[] = []
  const known = new Set<string>()
  const seen = new Set<string>()
  let runs = 0

  function report(finding: Finding | null): FuzzReport {
    return { finding, runs, corpus: corpus.length, places: seen.size }
  }

  /** Answers whether something happened that never did, or what must not. */
  function attempt(frames: Frames): boolean | Finding {
    runs += 1
    try {
      const happened = target.run(frames).filter((what) => !known.has(what))
      for (const what of happened) known.add(what)
      return happened.length > 0
    } catch (error) {
      return { frames, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }

  /** Keeps those that led somewhere new. */
  function attemptAll(batch: readonly Frames[]): Finding | null {
    const undecided: Frames[] = []
    for (const frames of batch) {
      const answer = attempt(frames)
      if (typeof answer === 'object') return smaller(answer, target)
      if (answer) corpus.push(frames)
      else undecided.push(frames)
    }
    const fresh = unseen()
    if (fresh.size > 0) keepThose(undecided, fresh)
    for (const place of fresh) seen.add(place)
    return null
  }

  function unseen(): Set<string> {
    return new Set([...coverage.take()].filter((place) => !seen.has(place)))
  }

  /** Keeps of these inputs those that reach the places, and finds them by halves. */
  function keepThose(inputs: readonly Frames[], places: Set<string>): void {
    if (inputs.length <= 1) return void corpus.push(...inputs)
    const middle = inputs.length / 2
    let left = places
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      if (left.size === 0) return
      for (const frames of half) attempt(frames)
      const reached = new Set([...unseen()].filter((place) => left.has(place)))
      if (reached.size > 0) keepThose(half, reached)
      left = new Set([...left].filter((place) => !reached.has(place)))
    }
  }

  for (let at = 0; at < seeds.length; at += batchSize) {
    const finding = attemptAll(seeds.slice(at, at + batchSize))
    if (finding !== null) return report(finding)
  }
  while (performance.now() < untilMs) {
    const batch = Array.from({ length: batchSize }, () => {
      // the latest most often: what is behind them is least known
      const back = Math.floor(chance.next() ** 2 * corpus.length)
      return mutate(corpus[corpus.length - 1 - back] ?? [], corpus, chance).slice(0, target.maxFrames)
    })
    const finding = attemptAll(batch)
    if (finding !== null) return report(finding)
    tell(report(null))
  }
  return report(null)
}

/** The same problem with as few frames as can be. */
function smaller(found: Finding, target: Target): Finding {
  let least = found
  for (let at = 0; at < least.frames.length;) {
    const without = least.frames.filter((_, index) => index !== at)
    try {
      target.run(without)
      at += 1
    } catch (error) {
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
      least = { frames: without, problem }
    }
  }
  return least
}
