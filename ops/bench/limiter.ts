import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ResponseId, newId, silentLog } from '@voicebox/kernel'
import { type RateLimits, type Redis, openRedis, reserve } from '@voicebox/streams'
import { startRedis } from '@voicebox/streams/testing'

const run = promisify(execFile)
const checks = 40_000
/** As many as are under way at a time, by us and by `redis-benchmark`. */
const atATime = 64
const rounds = 3
const limits: RateLimits = { requests: 1_000, tokens: 2_000_000, windowMs: 60_000 }

/**
 * How many checks of a limit a second go through our client, against as many runs of a script that does nothing by
 * `redis-benchmark`, on the same server and in turn; the best of each.
 */
export async function measureLimiter(): Promise<string> {
  const server = await startRedis()
  const redis = await openRedis({ url: server.url, name: 'bench', log: silentLog, signal: AbortSignal.timeout(10_000) })
  try {
    const [sha1] = (await server.each('SCRIPT', 'LOAD', 'return 1')) as string[]
    const [ours, trivial]: [number[], number[]] = [[], []]
    await checksPerSecond(redis) // to be warm
    for (let round = 0; round < rounds; round++) {
      trivial.push(await trivialPerSecond(server.url.replace('unix://', ''), sha1 ?? ''))
      ours.push(await checksPerSecond(redis))
    }
    const [best, reference] = [Math.max(...ours), Math.max(...trivial)]
    return [
      '| checks of a limit a second | of a script that does nothing (`redis-benchmark`) | ratio |',
      '|---|---|---|',
      `| ${best.toFixed(0)} | ${reference.toFixed(0)} | ${(best / reference).toFixed(2)} |`,
    ].join('\n')
  } finally {
    await redis.close()
    await server.close()
  }
}

/** Of many tenants, each of whom asks within its limits. */
async function checksPerSecond(redis: Redis): Promise<number> {
  const responseIds = Array.from({ length: checks }, (): ResponseId => newId('resp'))
  const tenants = Array.from({ length: 100 }, () => newId('job'))
  let next = 0
  const from = performance.now()
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let at = next++; at < checks; at = next++) {
        const counted = { responseId: responseIds[at] ?? newId('resp'), tokens: 100 }
        await reserve(redis, tenants[at % tenants.length] ?? '', limits, counted)
      }
    }),
  )
  return (checks / (performance.now() - from)) * 1_000
}

async function trivialPerSecond(socket: string, sha1: string): Promise<number> {
  const args = ['-s', socket, '-n', String(checks), '-c', String(atATime), '--csv', 'EVALSHA', sha1, '0']
  const { stdout } = await run('redis-benchmark', args)
  const line = stdout.trim().split('\n').at(-1) ?? ''
  return Number(/^".*?","([\d.]+)"/.exec(line)?.[1])
}
