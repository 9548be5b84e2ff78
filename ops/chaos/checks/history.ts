import { isDeepStrictEqual } from 'node:util'
import { type Kept, toldToClient } from '../../../apps/gateway/src/testing/kept.ts'
import { type Finding, findings } from '../finding.ts'
import { type History, sessionOf } from '../stage/history.ts'
import { type Transcript, receivedOf } from '../transcript.ts'

/**
 * What is kept for good of a session is what its client was told: each item once, in order and as it stood last, each response
 * once and as it was done, and the same numbers of usage. Of a response that was never done there may be usage too.
 */
export function checkHistory(transcript: Transcript, sessions: ReadonlyMap<string, Kept>): Finding[] {
  return findings('history', transcript, (tell) => {
    const sessionId = sessionOf(transcript)
    if (sessionId === null) return
    const endMs = transcript.received.at(-1)?.atMs ?? 0
    const kept = sessions.get(sessionId)
    if (kept?.session == null) return tell(endMs, `history of ${sessionId}`, 'none')
    const told = toldToClient(transcript.received.map(({ event }) => event))
    if (!('end_reason' in kept.session) || kept.session.end_reason === null)
      tell(endMs, `the end of ${sessionId}`, 'none')
    compare('items', told.items, kept.items, (expected, came) => tell(endMs, expected, came))
    compare('responses', told.responses, kept.responses, (expected, came) => tell(endMs, expected, came))
    for (const [turn, counts] of Object.entries(told.usage))
      if (!isDeepStrictEqual(kept.usage[turn], counts))
        tell(endMs, `usage of ${turn}: ${JSON.stringify(counts)}`, JSON.stringify(kept.usage[turn] ?? null))
    const begun = new Set(receivedOf(transcript, 'response.created').map(({ event }) => event.response.id))
    for (const turn of Object.keys(kept.usage))
      if (!(turn in told.usage) && !begun.has(turn)) tell(endMs, 'usage of what the client was told', turn)
  })
}

/** The sums of all days are those of all turns. */
export function checkUsage({ sessions, sums }: History, atMs: number): Finding[] {
  const turns: Record<string, number> = {}
  for (const { usage } of sessions.values())
    for (const counts of Object.values(usage))
      for (const [modality, count] of Object.entries(counts)) turns[modality] = (turns[modality] ?? 0) + count
  const about = { check: 'usage', where: 'postgres', atMs, excuse: null }
  return Object.keys({ ...turns, ...sums }).flatMap((modality) => {
    const [expected, came] = [turns[modality] ?? 0, sums[modality] ?? 0]
    return expected === came ? [] : [{ ...about, expected: `${expected} ${modality}`, came: `${came}` }]
  })
}

function compare(
  what: string,
  expected: readonly unknown[],
  came: readonly unknown[],
  tell: (expected: string, came: string) => void,
): void {
  if (expected.length !== came.length) tell(`${expected.length} ${what}`, `${came.length}`)
  for (const [at, one] of expected.entries())
    if (at < came.length && !isDeepStrictEqual(plain(one), came[at]))
      tell(`${what} ${at}: ${JSON.stringify(one)}`, JSON.stringify(came[at]))
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown
