import type { Finding } from '../finding.ts'
import type { Played } from '../play.ts'
import { type Recovery, recoveriesOf } from './recovery.ts'

/** What a run has shown. */
export interface Report {
  seed: number
  seconds: number
  /** By kind. */
  faults: Record<string, number>
  skippedFaults: number
  sessions: number
  turns: number
  responses: number
  events: number
  resumptions: number
  /** What faults excuse, how often each. */
  allowed: Record<string, number>
  recoveries: Recovery[]
  violations: Finding[]
  /** Where the transcripts and logs of a run with violations are. */
  folder: string | null
}

export function makeReport({
  seed,
  seconds,
  played: { transcripts, strikes, skipped },
  findings,
}: {
  seed: number
  seconds: number
  played: Pick<Played, 'transcripts' | 'strikes' | 'skipped'>
  findings: readonly Finding[]
}): Report {
  const count = (type: string): number =>
    transcripts.reduce((sum, { received }) => sum + received.filter(({ event }) => event.type === type).length, 0)
  const connections = transcripts.flatMap((transcript) => transcript.connections)
  return {
    seed,
    seconds,
    faults: countBy(strikes.map(({ fault }) => fault.kind)),
    skippedFaults: skipped.length,
    sessions: count('session.created'),
    turns: transcripts.reduce((sum, { turns }) => sum + turns.filter(({ endedAtMs }) => endedAtMs !== null).length, 0),
    responses: count('response.done'),
    events: transcripts.reduce((sum, { received }) => sum + received.length, 0),
    resumptions: connections.filter(({ kind }) => kind === 'resumed').length,
    allowed: countBy(findings.flatMap(({ excuse }) => excuse ?? [])),
    recoveries: recoveriesOf(strikes, transcripts),
    violations: findings.filter(({ excuse }) => excuse === null),
    folder: null,
  }
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
