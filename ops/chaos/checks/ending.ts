import { type Finding, findings } from '../finding.ts'
import type { Transcript } from '../transcript.ts'
import type { Excuses } from './excuses.ts'

/** Every turn came to its end, and the session to its own: by its client, with 1000, and not before. */
export function checkEnding(transcript: Transcript, excuses: Excuses): Finding[] {
  return findings('ending', transcript, (tell) => {
    for (const { turn, startedAtMs, stuckOn } of transcript.turns)
      if (stuckOn !== null) tell(startedAtMs, `${turn.kind} to its end`, `no ${stuckOn}`)
    for (const { atMs, kind, code, reason } of transcript.connections) {
      if (reason.includes('session_not_found')) tell(atMs, 'a session that is found', reason)
      if (kind === 'closed' && code !== 1000) {
        // nobody was there to answer the close of the client, or somebody left just then
        const excuse = code === 1006 || code === 1012 ? excuses.notServing(atMs) : null
        const came = `${code ?? 'none'} ${reason}`
        tell(atMs, 'a close with 1000', came, excuse === null ? null : `closed (${code}) after ${excuse}`)
      }
      if (kind !== 'refused') continue
      const isAway = code === null || code === 503
      const excuse = (isAway ? excuses.notServing(atMs) : null) ?? (code === 503 ? excuses.noKeys(atMs) : null)
      const came = code === null ? reason : `${code}`
      tell(atMs, 'a connection', came, excuse === null ? null : `refused (${came}) after ${excuse}`)
    }
    const ends = transcript.connections.filter(({ kind }) => kind === 'closed').length
    if (ends !== 1) tell(transcript.received.at(-1)?.atMs ?? 0, 'one close', `${ends}`)
  })
}
