import type { Chance } from './chance.ts'
import { type MemberKind, kindOf, members } from './members.ts'

export const faultKinds = [
  'kill-worker',
  'freeze-worker',
  'roll-worker',
  'kill-gateway',
  'freeze-gateway',
  'roll-gateway',
  'abandon-gateway',
  'kill-housekeeper',
  'redis-term',
  'redis-kill',
  'redis-loss',
  'pubsub',
  'postgres-restart',
  'cut',
] as const

/**
 * What is done to the installation: kill -9, SIGSTOP for a while (`freeze`), a restart by SIGTERM (`roll`), SIGSTOP of a gateway
 * whose clients then go elsewhere, so that it wakes with sessions that are others' (`abandon`), the end of Redis, with its
 * last second of data (`redis-loss`) or without, or of all connections that it publishes to, the end of Postgres for some
 * seconds, and the cut of a client's socket.
 */
export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  kind: FaultKind
  /** After the start of the run. */
  atMs: number
  /** The member that it hits; `redis` or `postgres`, or the name of a seat. */
  target: string
  /** How long the target is frozen, or down before it is started again. */
  lastsMs: number
}

export interface FaultsAsked {
  chance: Chance
  seconds: number
  seats: readonly string[]
  kinds: readonly FaultKind[]
}

/**
 * The faults of a run, in order. A gateway is hurt only while another is well or nearly so, and so is a worker for long: sessions
 * must be able to go on within the time for which they may be resumed, and work within that after which it counts as unserved.
 */
export function planFaults({ chance, seconds, seats, kinds }: FaultsAsked): Fault[] {
  const faults: Fault[] = []
  const [first, ...others] = kinds
  if (first === undefined) return []
  for (let atMs = warmUpMs; atMs < seconds * 1_000; atMs += pauseMs(chance)) {
    const kind = chance.pick([first, ...others])
    const target = targetOf(kind, chance, seats)
    const lastsMs = lastingOf(kind, chance)
    const fault = { kind, atMs: Math.round(atMs), target, lastsMs: Math.round(lastsMs) }
    if (mayHappen(fault, faults)) faults.push(fault)
  }
  return faults
}

const warmUpMs = 3_000
/** How long a process takes to serve after it was started, on a busy machine. */
const startMs = 4_000
/** A gateway may be frozen for less than sessions live without a sign of life. */
const longestFreezeMs = { worker: 20_000, gateway: 12_000 }
/** Longest that all of a kind may be down together, starting not counted. */
const allDownMs = 2_000
const betweenRedisFaultsMs = 10_000
const tellingAgainMs = 3_000

/** Between two faults: two seconds in the middle, now and then hardly anything. */
function pauseMs(chance: Chance): number {
  return 50 - 2_000 * Math.log(1 - chance.next())
}

function targetOf(kind: FaultKind, chance: Chance, seats: readonly string[]): string {
  const [seat = '', ...otherSeats] = seats
  switch (kind) {
    case 'cut':
      return chance.pick([seat, ...otherSeats])
    case 'redis-term':
    case 'redis-kill':
    case 'redis-loss':
    case 'pubsub':
      return 'redis'
    case 'postgres-restart':
      return 'postgres'
    case 'kill-housekeeper':
      return members.housekeeper[0]
    case 'kill-worker':
    case 'freeze-worker':
    case 'roll-worker':
      return chance.pick(members[chance.pick(['stt', 'llm', 'tts'])])
    case 'kill-gateway':
    case 'freeze-gateway':
    case 'roll-gateway':
    case 'abandon-gateway':
      return chance.pick(members.gateway)
  }
}

function lastingOf(kind: FaultKind, chance: Chance): number {
  switch (kind) {
    case 'pubsub':
    case 'cut':
      return 0
    case 'redis-term':
    case 'redis-kill':
    case 'redis-loss':
      return chance.between(50, 3_000)
    case 'postgres-restart':
      return chance.between(50, 8_000)
    case 'freeze-worker':
      return mostlyShort(chance, longestFreezeMs.worker)
    case 'freeze-gateway':
      return mostlyShort(chance, longestFreezeMs.gateway)
    case 'abandon-gateway':
      return chance.between(2_000, longestFreezeMs.gateway)
    case 'kill-worker':
    case 'roll-worker':
    case 'kill-gateway':
    case 'roll-gateway':
    case 'kill-housekeeper':
      return mostlyShort(chance, 4_000)
  }
}

function mostlyShort(chance: Chance, longestMs: number): number {
  return 100 + (longestMs - 100) * chance.next() ** 3
}

function mayHappen(fault: Fault, before: readonly Fault[]): boolean {
  const hurting = before.filter((other) => !isOver(other, fault.atMs))
  if (hurting.some(({ target, lastsMs }) => target === fault.target && lastsMs > 0)) return false
  const kind = kindOf(fault.target)
  if (isTooMuch(fault, kind, before)) return false
  if (fault.target === 'redis') return !isRedisRestart(fault) || isLongSinceRedis(fault, before)
  if (kind === null) return true
  const together = hurting.filter((other) => kindOf(other.target) === kind)
  return [fault, ...together].every(({ lastsMs }) => together.length === 0 || lastsMs <= allDownMs)
}

/** What Redis has lost only the gateways know, until they have told it again. */
function isTooMuch({ kind, atMs }: Fault, hurt: MemberKind | null, before: readonly Fault[]): boolean {
  const recent = before.filter((other) => endOf(other) + tellingAgainMs > atMs)
  if (kind === 'redis-loss') return recent.some(leadsElsewhere)
  return (hurt === 'gateway' || kind === 'cut') && recent.some((other) => other.kind === 'redis-loss')
}

/** Whether it makes sessions go on at another gateway. */
function leadsElsewhere({ kind, target }: Fault): boolean {
  return kind === 'cut' || kindOf(target) === 'gateway'
}

/** Whether the target of a fault should serve again. */
export function isOver(fault: Fault, atMs: number): boolean {
  return endOf(fault) <= atMs
}

function endOf({ kind, atMs, lastsMs }: Fault): number {
  const isRestarted = kind.startsWith('kill') || kind.startsWith('roll')
  return atMs + lastsMs + (isRestarted ? startMs : 0)
}

function isRedisRestart({ kind }: Fault): boolean {
  return kind.startsWith('redis-')
}

function isLongSinceRedis({ atMs }: Fault, before: readonly Fault[]): boolean {
  const last = before.findLast(isRedisRestart)
  return last === undefined || atMs - endOf(last) > betweenRedisFaultsMs
}
