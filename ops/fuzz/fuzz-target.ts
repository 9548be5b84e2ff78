import { openScope } from '@voicebox/kernel'
import fc, { type IAsyncPropertyWithHooks } from 'fast-check'
import { makeCutProperties } from '../../apps/gateway/src/testing/cut-properties.ts'
import { openSessions } from '../../apps/gateway/src/testing/open-sessions.ts'
import { loadRecordings } from '../../apps/gateway/src/testing/recorded-speech.ts'
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
  switch (name) {
    case 'parser':
    case 'core':
      return fuzzByCoverage(name, options)
    case 'driver':
      return fuzzDriver(options)
    case 'cuts':
      return fuzzCuts(options)
  }
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
    const { counterexample, problem } = await checkFor(property, seed, seconds)
    const finding = counterexample === null ? null : { frames: counterexample[0].frames, problem }
    return { done: inWords(), inputs, finding }
  } finally {
    await sessions.close()
  }
}

/** Conversations whose gateways die and whose connections break at any of their steps: by hand, by voice, and in haste. */
async function fuzzCuts({ seed, seconds, tell }: FuzzTargetOptions): Promise<Fuzzed> {
  const recordings = await loadRecordings()
  const paceMs = (): number => Math.max(0, Math.random() * 8 - 4)
  const scope = openScope()
  try {
    const patient = makeCutProperties(scope.use(await openSessions({ workers: { paceMs } })), recordings)
    const eager = makeCutProperties(scope.use(await openSessions({ workers: { paceMs, isEager: true } })), recordings)
    const properties = [patient.byHand, patient.byVoice, eager.inHaste]
    let inputs = 0
    const inWords = (): string => {
      const [cuts, resumptions] = (['cuts', 'resumptions'] as const).map(
        (what) => patient.reached[what] + eager.reached[what],
      )
      return `${inputs} conversations with ${cuts} cuts and ${resumptions} resumptions`
    }
    for (const property of properties) {
      const { runs, counterexample, problem } = await checkFor(property, seed, seconds / properties.length)
      inputs += runs
      tell?.(inWords())
      if (counterexample !== null)
        return { done: inWords(), inputs, finding: { frames: [JSON.stringify(counterexample)], problem } }
    }
    return { done: inWords(), inputs, finding: null }
  } finally {
    await scope.close()
  }
}

async function checkFor<T>(property: IAsyncPropertyWithHooks<T>, seed: number, seconds: number): Promise<Checked<T>> {
  const about = { seed, numRuns: 1e9, interruptAfterTimeLimit: seconds * 1_000 }
  const { numRuns: runs, counterexample, errorInstance } = await fc.check(property, about)
  const problem = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : ''
  return { runs, counterexample, problem }
}

interface Checked<T> {
  runs: number
  counterexample: T | null
  problem: string
}
