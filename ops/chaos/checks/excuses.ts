import { type MemberKind, members } from '../plan/members.ts'
import { drainMs } from '../stage/stage.ts'
import type { Strike } from '../strike.ts'

/** Which faults may be answered for by what a client saw. Each answers by the fault's name, or null. */
export interface Excuses {
  /** A language worker died or lost its jobs to another in this time: what it had begun to say may end as failed. */
  languageWorkerLost(fromMs: number, toMs: number): string | null
  /** Redis was away in this time. */
  redisAway(fromMs: number, toMs: number): string | null
  /** Redis lost what it had confirmed: jobs may be gone, and what workers had said. */
  dataLost(fromMs: number, toMs: number): string | null
  /** The question was not heard, or nobody was there to answer it. */
  otherWords(fromMs: number, toMs: number): string | null
  /** Nobody could be let in just before: Redis was away, or a gateway. */
  notServing(atMs: number): string | null
  /** A gateway that is new could check no key just before: Postgres was away. */
  noKeys(atMs: number): string | null
  /** All members of a kind were away together for so long in this time that sessions were told. */
  unserved(kind: MemberKind, fromMs: number, toMs: number): string | null
}

export function excusesOf(strikes: readonly Strike[]): Excuses {
  /** The first that lasted into a time. */
  function during(fromMs: number, toMs: number, matches: (fault: Strike['fault']) => boolean): string | null {
    const strike = strikes.find((one) => matches(one.fault) && one.startedAtMs <= toMs && endOf(one) >= fromMs)
    return strike === undefined ? null : nameOf(strike)
  }
  const isRedis = ({ kind }: Strike['fault']): boolean => kind.startsWith('redis-')
  /** A worker that leaves cannot say what it has until Redis is back, for which it does not wait beyond its deadline. */
  function drainedWithoutRedis(fromMs: number, toMs: number): string | null {
    const rolled = strikes.filter(({ fault }) => fault.kind === 'roll-worker' && fault.target.startsWith('llm'))
    for (const strike of rolled) {
      const leftMs = strike.startedAtMs + drainMs
      const meetsOutage = during(strike.startedAtMs, leftMs, isRedis) !== null
      if (meetsOutage && strike.startedAtMs <= toMs && leftMs + settlingMs >= fromMs)
        return `${nameOf(strike)} without Redis`
    }
    return null
  }
  const excuses: Excuses = {
    languageWorkerLost: (fromMs, toMs) =>
      during(fromMs, toMs, ({ kind, target }) => {
        return target.startsWith('llm') && (kind === 'kill-worker' || kind === 'freeze-worker')
      }) ?? drainedWithoutRedis(fromMs, toMs),
    redisAway: (fromMs, toMs) => during(fromMs - settlingMs, toMs, isRedis),
    dataLost: (fromMs, toMs) => during(fromMs, toMs, ({ kind }) => kind === 'redis-loss'),
    notServing: (atMs) =>
      during(atMs - settlingMs, atMs, (fault) => isRedis(fault) || fault.target.startsWith('gateway')),
    noKeys: (atMs) => during(atMs - settlingMs, atMs, ({ target }) => target === 'postgres'),
    unserved(kind, fromMs, toMs) {
      const away = absenceOfAll(kind, strikes).find(({ sinceMs, untilMs }) => {
        return untilMs - sinceMs >= unservedAfterMs && sinceMs <= toMs && untilMs + settlingMs >= fromMs
      })
      return away === undefined ? null : `absence of all ${kind}`
    },
    otherWords: (fromMs, toMs) =>
      excuses.unserved('llm', fromMs, toMs) ?? excuses.unserved('stt', fromMs, toMs) ?? excuses.dataLost(fromMs, toMs),
  }
  return excuses
}

/** When no member of a kind was there. */
function absenceOfAll(kind: MemberKind, strikes: readonly Strike[]): { sinceMs: number; untilMs: number }[] {
  return members[kind]
    .map((member) =>
      strikes
        .filter(({ fault }) => fault.target === member)
        .map((strike) => ({ sinceMs: strike.startedAtMs, untilMs: endOf(strike) })),
    )
    .reduce((ones, others) =>
      ones.flatMap((one) =>
        others.flatMap((other) => {
          const sinceMs = Math.max(one.sinceMs, other.sinceMs)
          const untilMs = Math.min(one.untilMs, other.untilMs)
          return untilMs > sinceMs ? [{ sinceMs, untilMs }] : []
        }),
      ),
    )
}

function endOf({ endedAtMs }: Strike): number {
  return endedAtMs ?? Number.POSITIVE_INFINITY
}

/** A process that is back still finds out that others are. */
const settlingMs = 3_000
/** The last beat of a worker may have come a while before it went. */
const unservedAfterMs = 7_000

function nameOf({ fault: { kind, target } }: Strike): string {
  return target === 'redis' ? kind : `${kind} ${target.replace(/-\d+$/, '')}`
}
