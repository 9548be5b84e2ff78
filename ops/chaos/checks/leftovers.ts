import type { Finding } from '../finding.ts'
import type { Key } from '../stage/keyspace.ts'

export interface LeftoversOptions {
  atMs: number
  /** The processes that live. */
  pids: readonly number[]
  /** How often workers of a kind were hurt, by which a job may have used up its attempts. */
  hurt(kind: string): number
}

/**
 * Once all sessions have ended, Redis has a mark of each that goes by itself, the lanes without a job, those who serve them,
 * and what is known of tenants and of the past: nothing else.
 */
export function checkLeftovers(keys: readonly Key[], options: LeftoversOptions): Finding[] {
  const { atMs } = options
  return keys.flatMap((key) =>
    left(key, options).map(({ expected, came, excuse = null }) => {
      return { check: 'leftovers', where: 'redis', atMs, expected, came: `${key.name}: ${came}`, excuse }
    }),
  )
}

interface Left {
  expected: string
  came: string
  excuse?: string | null
}

function left(key: Key, options: LeftoversOptions): Left[] {
  const { name, size, ttlMs, state } = key
  if (name.startsWith('sess:{'))
    return state === 'ended' && ttlMs !== null ? [] : [{ expected: 'a session that has ended', came: `${state}` }]
  if (/\{[^}]+\/sess_/.test(name)) return [{ expected: 'nothing of a session', came: `${size} of ${key.type}` }]
  if (name.startsWith('jobs:')) return leftOfLane(key, options)
  if (name.startsWith('workers:')) {
    const gone = key.members.filter((member) => member.agoMs > forgottenAfterMs && !isAlive(member.name, options))
    return gone.map((member) => ({ expected: 'workers that live', came: member.name }))
  }
  if (name.startsWith('places:')) return [{ expected: 'no place of a tenant in a lane', came: `${size}` }]
  if (name.startsWith('overflow:')) return [{ expected: 'no job that waits for a place', came: `${size}` }]
  if (/^limits:.*:sessions$/.test(name)) {
    const counted = key.members.filter(({ agoMs }) => agoMs < 0)
    return counted.map((member) => ({ expected: 'no session that counts for its tenant', came: member.name }))
  }
  if (name.startsWith('later:')) return [{ expected: 'no job that waits to be tried again', came: `${size}` }]
  if (name.startsWith('dead:')) return size === 0 ? [] : [deadLetters(key, options)]
  if (name.startsWith('sessions:live:') && !name.endsWith(':watch'))
    return [{ expected: 'no session that lives', came: key.members.map((member) => member.name).join() }]
  if (name.startsWith('history:due:'))
    return [{ expected: 'no history that waits', came: key.members.map((member) => member.name).join() }]
  return known.some((pattern) => pattern.test(name)) ? [] : [{ expected: 'keys that are known', came: key.type }]
}

const known = [
  /^sessions:live:\{\d+\}:watch$/,
  /^sessions:ended$/,
  /^pace:\{/,
  /^slots:\{/,
  /^share:\{/,
  /^claims:\{/,
  /^limits:\{/,
  /^secret:/,
  /^lanes$/,
  /^\{chores\}:/, // those that were done are kept to be listed
]

function leftOfLane({ size, consumers }: Key, options: LeftoversOptions): Left[] {
  const pending = consumers.reduce((sum, one) => sum + one.pending, 0)
  const gone = consumers.filter(({ name, idleMs }) => idleMs > forgottenAfterMs && !isAlive(name, options))
  return [
    ...(size > 0 ? [{ expected: 'no job', came: `${size}` }] : []),
    ...(pending > 0 ? [{ expected: 'no job that is held', came: `${pending}` }] : []),
    ...gone.map(({ name }) => ({ expected: 'consumers that live', came: name })),
  ]
}

/** A job is given up after three attempts, each of which a fault may end. */
function deadLetters({ name, size }: Key, { hurt }: LeftoversOptions): Left {
  const kind = /jobs:(\w+):/.exec(name)?.[1] ?? ''
  const excuse = hurt(kind) >= attempts * size ? `dead letter after three faults of ${kind}` : null
  return { expected: 'no dead letter', came: `${size}`, excuse }
}

const attempts = 3

/** Consumers are named after their process: service, host, process id, and a name of the moment. */
function isAlive(name: string, { pids }: LeftoversOptions): boolean {
  return pids.includes(Number(name.split(':').at(-2)))
}

/** A consumer that is gone is forgotten a minute later, by those who live, which takes them a little. */
const forgottenAfterMs = 80_000
