import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '@voicebox/kernel'
import { checkSession } from '../chaos/checks/check.ts'
import { excusesOf } from '../chaos/checks/excuses.ts'
import { makeSpellingReader } from '../chaos/checks/spelling.ts'
import type { Finding } from '../chaos/finding.ts'
import { recordings } from '../chaos/plan/conversations.ts'
import { makePlan } from '../chaos/plan/plan.ts'
import { loadRecordings } from '../chaos/seat/recordings.ts'
import { takeSeat } from '../chaos/seat/seat.ts'
import { openStage } from '../chaos/stage/stage.ts'
import type { Transcript } from '../chaos/transcript.ts'
import { type Growth, growthOf } from './growth.ts'
import { takeVitals, type Vitals } from './vitals.ts'

export interface SoakOptions {
  minutes: number
  sessions: number
  seed: number
  /** Hears how far it is. */
  say(line: string): void
}

export interface SoakReport {
  minutes: number
  seed: number
  /** Sessions that came and went, and the turns that they had. */
  sessions: number
  turns: number
  growth: Growth[]
  /** What clients saw that they must not see, and processes that ended. */
  violations: Finding[]
}

/** Lets sessions come and go on an installation that nothing is done to, and tells what of it grew. */
export async function soak({ minutes, sessions, seed, say }: SoakOptions): Promise<SoakReport> {
  const seconds = minutes * 60
  const plan = makePlan({ seed, seconds, sessions, kinds: [] })
  const voices = await loadRecordings(recordings)
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-soak-'))
  const report: SoakReport = { minutes, seed, sessions: 0, turns: 0, growth: [], violations: [] }
  const stage = await openStage({
    folder,
    onDeath(member, how) {
      const about = { check: 'stage', where: member, atMs: Math.round(now()), expected: 'a process that lives' }
      report.violations.push({ ...about, came: `it ended: ${how}`, excuse: null })
    },
  })
  const startedMs = performance.now()
  const now = (): number => performance.now() - startedMs
  const [excuses, read] = [excusesOf([]), makeSpellingReader()]
  /** A transcript is judged and let go of as soon as its session is over: what grows here must not be the observer. */
  function judge(transcript: Transcript): void {
    report.sessions += 1
    report.turns += transcript.turns.length
    report.violations.push(...checkSession(transcript, excuses, read))
  }
  try {
    const over = new AbortController()
    const seats = plan.seats.map(async (seat, at) => {
      await sleep(at * 150)
      let latest: Transcript | null = null
      await takeSeat(seat, {
        urls: stage.urls.map((_, next) => stage.urls[(at + next) % stage.urls.length] ?? ''),
        now,
        waitMs: 45_000,
        recordings: voices,
        signal: over.signal,
        readJournal: () => Promise.resolve(null),
        onLine: () => {},
        onTranscript(transcript) {
          if (latest !== null) judge(latest)
          latest = transcript
        },
      })
      if (latest !== null) judge(latest)
    })
    const samples: Vitals[] = []
    while (now() < seconds * 1_000) {
      await sleep(Math.min(sampleEveryMs, (seconds * 1_000) / fewestSamples))
      samples.push(await takeVitals(stage))
      const found = report.violations.length
      say(
        `${(now() / 60_000).toFixed(1)} of ${minutes} min, ${report.sessions} sessions, ${report.turns} turns, ${found} violations`,
      )
    }
    over.abort()
    await Promise.all(seats)
    return { ...report, growth: growthOf(samples) }
  } finally {
    await stage.close()
    await rm(folder, { recursive: true })
  }
}

const sampleEveryMs = 10_000
const fewestSamples = 9
