import { type Scope, openScope, silentLog } from '@voicebox/kernel'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type Redis, openRedis } from '../index.ts'
import { startRedisCluster } from './redis-cluster.ts'
import { type StartRedisOptions, type TestRedis, startRedis } from './redis-server.ts'

/** What tests run against, each in turn: `describe.each(redisKinds)`. */
export const redisKinds = ['one server', 'a cluster'] as const
export type RedisKind = (typeof redisKinds)[number]

/** A Redis that is there while the tests run which it was made for. */
export interface RedisFixture extends Omit<TestRedis, 'close'> {
  /** A way to it, which is open while those tests run. */
  handle(): Redis
}

export interface UseRedisOptions extends StartRedisOptions {
  /** Every test gets a server and handles of its own. Absent: the tests share one. */
  each?: boolean
}

/**
 * Gives the tests of a `describe` block a real Redis of their own, and closes it after them, with every handle of it. It is
 * one server unless they ask for another kind; a cluster takes two seconds to start.
 *
 *     describe.each(redisKinds)('a lane, on %s', (kind) => {
 *       const server = useRedis(kind)
 *       const redis = server.handle()
 *       it('keeps jobs', async () => void (await enqueue(redis, …)))
 *     })
 *
 * It registers the block's hooks: call it first, so that what the block's own hooks open is closed before it.
 */
export function useRedis(
  kind: RedisKind = 'one server',
  { each = false, ...options }: UseRedisOptions = {},
): RedisFixture {
  const handles: Redis[] = []
  let wanted = 0
  let server: TestRedis | undefined
  let scope: Scope | undefined

  const open = async (): Promise<void> => {
    const opened = (scope = openScope())
    const { url } = (server = opened.use(await starts[kind](options)))
    while (handles.length < wanted)
      handles.push(
        opened.use(await openRedis({ url, name: 'test', log: silentLog, signal: AbortSignal.timeout(10_000) })),
      )
  }
  const close = async (): Promise<void> => {
    handles.length = 0
    await scope?.close()
  }
  if (each) beforeEach(open)
  else beforeAll(open)
  if (each) afterEach(close)
  else afterAll(close)

  return Object.assign(
    standIn<TestRedis>(() => server),
    {
      handle() {
        const index = wanted++
        return standIn(() => handles[index])
      },
    },
  )
}

const starts = { 'one server': startRedis, 'a cluster': startRedisCluster }

/** Stands for what is opened later, so that tests can name it once. */
function standIn<T extends object>(opened: () => T | undefined): T {
  return new Proxy({} as T, {
    get(own, name) {
      const subject = Reflect.has(own, name) ? own : opened()
      if (subject === undefined) throw new Error(`${String(name)} is there in tests and hooks only`)
      return Reflect.get(subject, name) as unknown
    },
  })
}
