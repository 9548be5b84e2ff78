import { sleep } from '@voicebox/kernel'
import { eventNumber } from './checks/event-number.ts'
import type { Finding } from './finding.ts'
import { type Fault, isOver } from './plan/faults.ts'
import { recordings } from './plan/conversations.ts'
import { kindOf } from './plan/members.ts'
import type { Plan } from './plan/plan.ts'
import type { Line } from './seat/line.ts'
import { loadRecordings } from './seat/recordings.ts'
import { takeSeat } from './seat/seat.ts'
import { readJournal } from './stage/keyspace.ts'
import type { Stage } from './stage/stage.ts'
import { type Strike, strike } from './strike.ts'
import { receivedOf, type Transcript } from './transcript.ts'

/** What happened in a run. */
export interface Played {
  transcripts: Transcript[]
  strikes: Strike[]
  /** Faults that would have met what had not come back from the one before. */
  skipped: Fault[]
  /** What the installation did wrong as such. */
  findings: Finding[]
}

export interface PlayOptions {
  plan: Plan
  seconds: number
  stage: Stage
  /** Milliseconds since the start. */
  now(): number
  say(line: string): void
}

/** Lets all seats talk and all faults happen, until every conversation has come to its end. */
export async function play({ plan, seconds, stage, now, say }: PlayOptions): Promise<Played> {
  const played: Played = { transcripts: [], strikes: [], skipped: [], findings: [] }
  const voices = await loadRecordings(recordings)
  const lines = new Map<string, Line>()
  const over = new AbortController()

  const seats = plan.seats.map(async (seat, at) => {
    await sleep(at * betweenSeatsMs)
    const urls = stage.urls.map((_, next) => stage.urls[(at + next) % stage.urls.length] ?? '')
    await takeSeat(seat, {
      urls,
      now,
      waitMs,
      recordings: voices,
      signal: over.signal,
      readJournal: (line) => journalOf(line, stage),
      onLine: (line) => void lines.set(seat.name, line),
      onTranscript: (transcript) => void played.transcripts.push(transcript),
    })
  })
  const striking = strikeAll()
  await sleep(seconds * 1_000 - now())
  over.abort()
  await striking
  await Promise.all(seats)
  return played

  async function strikeAll(): Promise<void> {
    const busy = new Map<string, Fault>()
    const under: Promise<void>[] = []
    for (const fault of plan.faults) {
      await sleep(fault.atMs - now())
      if (isUnfair(fault, busy)) played.skipped.push(fault)
      else under.push(strikeOne(fault, busy))
    }
    await Promise.all(under)
  }

  async function strikeOne(fault: Fault, busy: Map<string, Fault>): Promise<void> {
    const done: Strike = { fault, startedAtMs: Math.round(now()), endedAtMs: null }
    played.strikes.push(done)
    busy.set(fault.target, fault)
    say(
      `${(now() / 1_000).toFixed(1)} s  ${fault.kind} ${fault.target}${fault.lastsMs > 0 ? ` ${fault.lastsMs} ms` : ''}`,
    )
    try {
      await strike(fault, {
        stage,
        cut: (whom) => cutLines(whom),
        onSlowDrain(member, tookMs, code) {
          const came = `exit code ${code ?? 'none'} after ${Math.round(tookMs)} ms`
          const expected = 'exit code 0 within the deadline'
          played.findings.push({ check: 'drain', where: member, atMs: done.startedAtMs, expected, came, excuse: null })
        },
      })
      done.endedAtMs = Math.round(now())
    } catch (error) {
      const about = { check: 'stage', where: fault.target, atMs: done.startedAtMs, expected: `${fault.kind} survived` }
      played.findings.push({ ...about, came: String(error), excuse: null })
    }
    busy.delete(fault.target)
  }

  function cutLines(whom: { url: string } | { seat: string }): void {
    if ('seat' in whom) return lines.get(whom.seat)?.cut()
    const { host } = new URL(whom.url)
    for (const line of lines.values()) if (new URL(line.at).host === host) line.cut()
  }
}

/** Whether its target, or another of its kind, is still away although the plan has it back: on a slow machine. */
function isUnfair(fault: Fault, busy: ReadonlyMap<string, Fault>): boolean {
  if (busy.has(fault.target)) return true
  const kind = kindOf(fault.target)
  return [...busy.values()].some((other) => kind !== null && kindOf(other.target) === kind && isOver(other, fault.atMs))
}

const betweenSeatsMs = 150
/** Longer than anything that faults delay, and than work that Redis has lost takes to be given up. */
const waitMs = 45_000

/** Read again until it has what the client has seen, since what came last may not be written yet. */
async function journalOf({ transcript }: Line, { redis }: Stage): Promise<readonly number[] | null> {
  const sessionId = receivedOf(transcript, 'session.created')[0]?.event.session.id ?? ''
  const untilMs = performance.now() + 5_000
  let numbers: readonly number[] | null = null
  do {
    numbers = await readJournal(redis, sessionId).catch(() => null)
    const last = eventNumber(transcript.received.at(-1)?.event.event_id ?? '')
    if (numbers !== null && last !== null && (numbers.at(-1) ?? 0) >= last.number) break
    await sleep(200)
  } while (performance.now() < untilMs)
  return numbers
}
