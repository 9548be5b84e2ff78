import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aborted, sleep } from '@voicebox/kernel'
import { checkSession } from './checks/check.ts'
import { excusesOf } from './checks/excuses.ts'
import { checkHistory, checkUsage } from './checks/history.ts'
import { checkLeftovers } from './checks/leftovers.ts'
import { makeSpellingReader } from './checks/spelling.ts'
import type { Finding } from './finding.ts'
import type { FaultKind } from './plan/faults.ts'
import { makePlan } from './plan/plan.ts'
import { type Played, play } from './play.ts'
import { makeReport, type Report } from './report/report.ts'
import { withoutAudio } from './report/transcript-file.ts'
import { readHistory } from './stage/history.ts'
import { readKeys } from './stage/keyspace.ts'
import { openStage, sessionTtlMs, type Stage } from './stage/stage.ts'
import type { Strike } from './strike.ts'

export interface ChaosOptions {
  seed: number
  seconds: number
  sessions: number
  kinds: readonly FaultKind[]
  /** Hears of each fault. */
  say(line: string): void
  /** Ends the run before its time: it rejects then, and nothing is left running. */
  signal?: AbortSignal
}

/**
 * Runs an installation, hurts it, and tells what its clients saw of that. Transcripts and logs are kept where anything was
 * against the rules.
 */
export async function runChaos({ seed, seconds, sessions, kinds, say, signal }: ChaosOptions): Promise<Report> {
  const plan = makePlan({ seed, seconds, sessions, kinds })
  const folder = await mkdtemp(join(tmpdir(), 'voicebox-chaos-'))
  const deaths: Finding[] = []
  let startedMs = performance.now()
  const now = (): number => performance.now() - startedMs
  const stage = await openStage({
    folder: join(folder, 'logs'),
    onDeath(member, how) {
      const about = { check: 'stage', where: member, atMs: Math.round(now()), expected: 'a process that lives' }
      deaths.push({ ...about, came: `it ended: ${how}`, excuse: null })
    },
  })
  try {
    startedMs = performance.now()
    const played = await Promise.race([play({ plan, seconds, stage, now, say }), interrupted(signal)])
    const leftovers = await findLeftovers(stage, played, now)
    const history = await readHistory(stage.postgres, played.transcripts)
    const kept = [
      ...played.transcripts.flatMap((transcript) => checkHistory(transcript, history.sessions)),
      ...checkUsage(history, Math.round(now())),
    ]
    const [excuses, read] = [excusesOf(played.strikes), makeSpellingReader()]
    const seen = played.transcripts.flatMap((transcript) => checkSession(transcript, excuses, read))
    const report = makeReport({
      seed,
      seconds,
      played,
      findings: [...seen, ...played.findings, ...deaths, ...leftovers, ...kept],
    })
    if (report.violations.length === 0) {
      await rm(folder, { recursive: true })
      return report
    }
    await saveTranscripts(played, folder)
    return { ...report, folder }
  } finally {
    await stage.close()
  }
}

async function interrupted(signal = new AbortController().signal): Promise<never> {
  await aborted(signal)
  throw new Error('The run was interrupted')
}

/** Looked for again and again, as long as what was left behind may still be on its way out. */
async function findLeftovers(stage: Stage, { strikes }: Played, now: () => number): Promise<Finding[]> {
  const untilMs = now() + sessionTtlMs + reapingMs
  for (;;) {
    const atMs = Math.round(now())
    const found = await readKeys(stage.redis).then(
      (keys) => checkLeftovers(keys, { atMs, pids: stage.pids(), hurt: (kind) => timesHurt(kind, strikes) }),
      (error: unknown): Finding[] => [
        {
          check: 'leftovers',
          where: 'redis',
          atMs,
          expected: 'a Redis that answers',
          came: String(error),
          excuse: null,
        },
      ],
    )
    if (found.every(({ excuse }) => excuse !== null) || now() > untilMs) return found
    await sleep(500)
  }
}

const reapingMs = 10_000

function timesHurt(kind: string, strikes: readonly Strike[]): number {
  return strikes.filter(({ fault }) => fault.target.startsWith(kind)).length
}

async function saveTranscripts({ transcripts, strikes }: Played, folder: string): Promise<void> {
  const to = join(folder, 'transcripts')
  await mkdir(to)
  await writeFile(join(folder, 'strikes.json'), JSON.stringify(strikes, null, 1))
  for (const transcript of transcripts)
    await writeFile(join(to, `${transcript.name}.json`), JSON.stringify(withoutAudio(transcript), null, 1))
}
