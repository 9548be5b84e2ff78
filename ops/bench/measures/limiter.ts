import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ResponseId, newId, silentLog } from '@voicebox/kernel'
import { type RateLimits, type Redis, openRedis, reserve } from '@voicebox/streams'
import { startRedis } from '@voicebox/streams/testing'
import type { Bench } from '../measure.ts'
import type { Cell, Table } from '../table.ts'

const run = promisify(execFile)
const checks = 40_000
/** As many are under way at a time, by us and by `redis-benchmark`. */
const atATime = 64
const rounds = 3
const limits: RateLimits = { requests: 1_000, tokens: 2_000_000, windowMs: 60_000 }
/** So short that with each check another leaves the window. */
const brief: RateLimits = { ...limits, windowMs: 200 }

/**
 * How many checks of a limit a second go through our client, against as many runs of a script that does nothing by
 * `redis-benchmark`, on the same server and in turn; the best of each. Our client asks on one connection; `redis-benchmark` on
 * as many as are under way, which is how it is run by default, and on one, all in one message and answered in one.
 */
export async function measureLimiter({ say }: Bench): Promise<readonly Table[]> {
  say(`limiter: ${rounds} rounds of ${checks} checks`)
  const server = await startRedis()
  const redis = await openRedis({ url: server.url, name: 'bench', log: silentLog, signal: AbortSignal.timeout(10_000) })
  try {
    const [sha1] = (await server.each('SCRIPT', 'LOAD', 'return 1')) as string[]
    const trivial = (about: string[]): Promise<number> =>
      trivialPerSecond(server.url.replace('unix://', ''), sha1 ?? '', about)
    const best = { one: 0, many: 0, admitted: 0, leaving: 0 }
    await checksPerSecond(redis, limits) // to be warm
    for (let round = 0; round < rounds; round++) {
      best.many = Math.max(best.many, await trivial(['-c', String(atATime)]))
      best.admitted = Math.max(best.admitted, await checksPerSecond(redis, limits))
      best.leaving = Math.max(best.leaving, await checksPerSecond(redis, brief))
      best.one = Math.max(best.one, await trivial(['-c', '1', '-P', String(atATime)]))
    }
    const row = (name: string, rate: number): Cell[] => [name, rate, rate / best.many, rate / best.one]
    return [
      {
        title: 'The limiter: checks a second through one connection',
        columns: ['', 'a second', 'ratio to 64 connections', 'ratio to one with 64 in a message'],
        rows: [
          row('checks, nothing leaves the window', best.admitted),
          row('checks, with each of which another leaves it', best.leaving),
          row('a script that does nothing, 64 connections (`redis-benchmark -c 64`)', best.many),
          row('the same, one connection (`redis-benchmark -c 1 -P 64`)', best.one),
        ],
        notes: [`${atATime} are under way at a time; the best of ${rounds} rounds.`],
      },
    ]
  } finally {
    await redis.close()
    await server.close()
  }
}

/** Of many tenants, each of whom asks within its limits. */
async function checksPerSecond(redis: Redis, allowed: RateLimits): Promise<number> {
  const responseIds = Array.from({ length: checks }, (): ResponseId => newId('resp'))
  const tenants = Array.from({ length: 100 }, () => newId('job'))
  let next = 0
  const from = performance.now()
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let at = next++; at < checks; at = next++) {
        const counted = { responseId: responseIds[at] ?? newId('resp'), tokens: 100 }
        await reserve(redis, tenants[at % tenants.length] ?? '', allowed, counted)
      }
    }),
  )
  return (checks / (performance.now() - from)) * 1_000
}

async function trivialPerSecond(socket: string, sha1: string, about: string[]): Promise<number> {
  const args = ['-s', socket, '-n', String(checks), ...about, '--csv', 'EVALSHA', sha1, '0']
  const { stdout } = await run('redis-benchmark', args)
  const line = stdout.trim().split('\n').at(-1) ?? ''
  return Number(/^".*?","([\d.]+)"/.exec(line)?.[1])
}
