import fc from 'fast-check'
import { openSessions } from '../../apps/gateway/src/testing/open-sessions.ts'
import { makeChance } from '../chaos/plan/chance.ts'
import { loadTranscripts } from './corpus.ts'
import { openCoverage } from './coverage.ts'
import { fuzz } from './fuzz.ts'
import type { TargetName } from './options.ts'
import type { Finding } from './target.ts'
import { core } from './targets/core.ts'
import { converse, type Spoilt, spoilt } from './targets/driver.ts'
import { moves } from './targets/moves.ts'
import { parser } from './targets/parser.ts'

export interface FuzzTargetOptions {
  seed: number
  seconds: number
  /** Hears how far it is, often. */
  tell?(progress: string): void
}

export interface Fuzzed {
  /** What was done, in words. */
  done: string
  inputs: number
  finding: Finding | null
}

/** Gives a target what was made of real transcripts, until something is found or the time is over. */
export function fuzzTarget(name: TargetName, options: FuzzTargetOptions): Promise<Fuzzed> {
  return name === 'driver' ? fuzzDriver(options) : fuzzByCoverage(name, options)
}

/** Keeps what reaches code, or brings about what nothing did before, and goes on from there. */
async function fuzzByCoverage(name: 'parser' | 'core', { seed, seconds, tell }: FuzzTargetOptions): Promise<Fuzzed> {
  const transcripts = await loadTranscripts()
  const about = {
    parser: { target: parser, seeds: transcripts, within: ['/libs/protocol/src/'] },
    core: { target: core, seeds: [...transcripts, moves], within: ['/libs/session/src/'] },
  }[name]
  const coverage = openCoverage(about.within)
  const inWords = ({ runs, corpus, places }: { runs: number; corpus: number; places: number }): string =>
    `${runs} inputs, of which ${corpus} did something new; ${places} places reached`
  try {
    const report = fuzz({
      ...about,
      chance: makeChance(seed),
      coverage,
      untilMs: performance.now() + seconds * 1_000,
      tell: (soFar) => tell?.(inWords(soFar)),
    })
    return { done: inWords(report), inputs: report.runs, finding: report.finding }
  } finally {
    coverage.close()
  }
}

/** Whole conversations, each with a session of its own on a real Redis, one after the other so that nothing of one may be left. */
async function fuzzDriver({ seed, seconds, tell }: FuzzTargetOptions): Promise<Fuzzed> {
  const transcripts = await loadTranscripts()
  const sessions = await openSessions()
  let inputs = 0
  let frames = 0
  const inWords = (): string => `${inputs} conversations with ${frames} frames`
  const property = fc.asyncProperty(spoilt(transcripts), async (given: Spoilt) => {
    await converse(sessions, given)
    inputs += 1
    frames += given.frames.length
    tell?.(inWords())
  })
  try {
    const endMs = seconds * 1_000
    const result = await fc.check(property, { seed, numRuns: 1e9, interruptAfterTimeLimit: endMs, maxSkipsPerRun: 0 })
    const [spoiled] = result.counterexample ?? []
    const problem = result.errorInstance instanceof Error ? (result.errorInstance.stack ?? '') : ''
    const finding = spoiled === undefined ? null : { frames: spoiled.frames, problem }
    return { done: inWords(), inputs, finding }
  } finally {
    await sessions.close()
  }
}
