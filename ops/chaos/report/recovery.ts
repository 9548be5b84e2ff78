import type { Strike } from '../strike.ts'
import { type Transcript, receivedOf } from '../transcript.ts'

/** How long something took to go on, over all times that it had to. */
export interface Recovery {
  what: string
  times: number
  p50Ms: number | null
  maxMs: number | null
}

export function recoveriesOf(strikes: readonly Strike[], transcripts: readonly Transcript[]): Recovery[] {
  const of = (kinds: readonly string[]): Strike[] => strikes.filter(({ fault }) => kinds.includes(fault.kind))
  return [
    recovery(
      'death of a worker → next event of a response under way',
      of(['kill-worker']).flatMap(({ startedAtMs }) => transcripts.flatMap((one) => nextOfResponse(one, startedAtMs))),
    ),
    recovery(
      'death of a gateway → its sessions resumed',
      of(['kill-gateway']).flatMap((strike) => transcripts.flatMap((one) => resumedAfter(one, strike))),
    ),
    recovery(
      'gateway leaves → its sessions resumed',
      of(['roll-gateway']).flatMap((strike) => transcripts.flatMap((one) => resumedAfter(one, strike))),
    ),
    recovery(
      'any connection lost → resumed',
      transcripts.flatMap(({ connections }) => connections.flatMap((_, at) => resumedFrom(connections.slice(at)))),
    ),
    recovery(
      'Redis answers again → next response created',
      of(['redis-term', 'redis-kill', 'redis-loss']).flatMap(({ endedAtMs }) => nextCreated(transcripts, endedAtMs)),
    ),
  ]
}

function recovery(what: string, times: readonly number[]): Recovery {
  const sorted = times.toSorted((one, other) => one - other)
  return {
    what,
    times: sorted.length,
    p50Ms: sorted[Math.floor(sorted.length / 2)] ?? null,
    maxMs: sorted.at(-1) ?? null,
  }
}

/** The wait for the next event of the responses that ran at a time. */
function nextOfResponse(transcript: Transcript, atMs: number): number[] {
  const done = receivedOf(transcript, 'response.done')
  const running = receivedOf(transcript, 'response.created').filter((created) => {
    const end = done.find(({ event }) => event.response.id === created.event.response.id)
    return created.atMs <= atMs && (end === undefined || end.atMs > atMs)
  })
  return running.flatMap(({ event: { response } }) => {
    const next = transcript.received.find(
      ({ atMs: cameMs, event }) =>
        cameMs > atMs &&
        (('response_id' in event && event.response_id === response.id) ||
          (event.type === 'response.done' && event.response.id === response.id)),
    )
    return next === undefined ? [] : [next.atMs - atMs]
  })
}

/** The wait of a session whose connection the fault took, as far as can be told: it went just then. */
function resumedAfter({ connections }: Transcript, { startedAtMs }: Strike): number[] {
  const lost = connections.findIndex(({ kind, atMs }) => {
    return kind === 'lost' && atMs >= startedAtMs && atMs <= startedAtMs + noticedMs
  })
  const resumed = lost < 0 ? undefined : connections.slice(lost).find(({ kind }) => kind === 'resumed')
  return resumed === undefined ? [] : [resumed.atMs - (connections[lost]?.atMs ?? startedAtMs)]
}

/** How late a client may hear of the end of its connection: those of a gateway that leaves in good order end last. */
const noticedMs = 5_000

function resumedFrom([lost, ...after]: Transcript['connections']): number[] {
  const resumed = after.find(({ kind }) => kind === 'resumed')
  return lost?.kind === 'lost' && resumed !== undefined ? [resumed.atMs - lost.atMs] : []
}

function nextCreated(transcripts: readonly Transcript[], sinceMs: number | null): number[] {
  if (sinceMs === null) return []
  const created = transcripts.flatMap((transcript) =>
    receivedOf(transcript, 'response.created').map(({ atMs }) => atMs),
  )
  const after = created.filter((atMs) => atMs > sinceMs)
  return after.length === 0 ? [] : [Math.min(...after) - sinceMs]
}
