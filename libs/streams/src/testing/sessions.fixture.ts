import { type SessionId, newId, silentLog } from '@voicebox/kernel'
import type { HoldOptions, Redis, SessionChange } from '../index.ts'
import { sessionKeys } from '../keys.ts'
import type { TestRedis } from './redis-server.ts'

export function holdOptions(about: Partial<HoldOptions> = {}): HoldOptions {
  const sessionId = newId('sess')
  return {
    tenantId: 'tenant',
    sessionId,
    holder: 'gateway',
    ttlMs: 30_000,
    onTaken: () => {},
    log: silentLog,
    ...about,
  }
}

/** A change with only what is named. */
export function changeOf(about: Partial<SessionChange> = {}): SessionChange {
  return { set: [], drop: [], save: [], forget: [], sent: [], history: [], resultsUpTo: 0, ...about }
}

/** Events of these numbers. */
export function events(...numbers: number[]): SessionChange['sent'] {
  return numbers.map((number) => ({ number, body: { type: 'event', number } }))
}

/** What there is of a session in Redis, by name of the key. */
export async function keysOf(server: Pick<TestRedis, 'keys'>, sessionId: SessionId): Promise<string[]> {
  return (await server.keys(`*{tenant/${sessionId}}*`)).map((name) => name.replace(`{tenant/${sessionId}}`, '')).sort()
}

/** Notes all that Redis has of a session; what it answers makes it so again, as if everything since had not been stored. */
export async function snapshot(
  server: Pick<TestRedis, 'keys'>,
  { commands }: Redis,
  sessionId: SessionId,
): Promise<() => Promise<void>> {
  const dumped: [string, Buffer][] = []
  for (const name of await server.keys(`*{tenant/${sessionId}}*`)) {
    const value = await commands.dumpBuffer(name)
    if (value !== null) dumped.push([name, value])
  }
  return async () => {
    for (const name of await server.keys(`*{tenant/${sessionId}}*`)) await commands.del(name)
    for (const [name, value] of dumped) await commands.restore(name, 3_600_000, value)
  }
}

/** A way to Redis on which a command may fail. */
export interface FaultyRedis {
  redis: Redis
  /** What becomes of the next command: it is done and not answered, or it never arrives, or none does from then on. */
  next: 'answer lost' | 'never arrives' | 'all fail' | null
  /** So many commands go well before that. */
  spared: number
  /** All commands that arrived. */
  readonly sent: (() => Promise<unknown>)[]
}

export function faulty(redis: Redis): FaultyRedis {
  const sent: FaultyRedis['sent'] = []
  async function callBuffer(...command: [string, ...(string | number | Buffer)[]]): Promise<unknown> {
    const fault = faults.spared > 0 ? null : faults.next
    if (faults.spared > 0) faults.spared -= 1
    if (fault === 'never arrives') faults.next = null
    if (fault === 'never arrives' || fault === 'all fail') throw new Error('Connection is closed.')
    const call = (): Promise<unknown> => redis.commands.callBuffer(...command)
    sent.push(call)
    const answer = await call()
    if (fault === null) return answer
    faults.next = null // only now: a script that the server did not know was not done
    throw new Error('Connection is closed.')
  }
  const commands = withParts(redis.commands, { callBuffer: callBuffer as Redis['commands']['callBuffer'] })
  const faults: FaultyRedis = { redis: withParts(redis, { commands }), next: null, spared: 0, sent }
  return faults
}

/** The same with other parts in place of its own. */
export function withParts<T extends object>(whole: T, parts: Partial<T>): T {
  return new Proxy(whole, {
    get: (target, name) => Reflect.get(Reflect.has(parts, name) ? parts : target, name) as unknown,
  })
}

/** A way to Redis that hears nothing of what is published; it can be told that it missed something. */
export function deaf(redis: Redis): { redis: Redis; tellGap(): void } {
  const gaps: (() => void)[] = []
  const subscribe: Redis['channels']['subscribe'] = async (_, handler) => {
    gaps.push(() => handler.onGap())
    return { close: () => {} }
  }
  return {
    redis: withParts(redis, { channels: { subscribe, close: () => {} } }),
    tellGap: () => gaps.forEach((gap) => gap()),
  }
}

/** What Redis has of a session's position: for tests that look behind the curtain. */
export async function known({ commands }: Redis, sessionId: SessionId, field: string): Promise<string | null> {
  return commands.hget(sessionKeys({ tenantId: 'tenant', sessionId }).session, field)
}
