import { silentLog } from '@voicebox/kernel'
import { createTenant, listAudit, listItems, writeHistory } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { type Chores, openChores, openRedis, type Redis } from '@voicebox/streams'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Stack, startStack } from './support/stack.ts'

const patient = { timeout: 60_000, interval: 20 }

describe('A housekeeper that is killed in the midst of a chore', { timeout: 180_000 }, () => {
  const postgres = usePostgres()
  const store = postgres.store()
  let stack: Stack
  let redis: Redis
  let chores: Chores

  beforeAll(async () => {
    stack = await startStack({
      count: { stt: 0, tts: 0, llm: 0, gateway: 0, housekeeper: 1 },
      env: { DATABASE_URL: postgres.url },
    })
    const { signal } = new AbortController()
    redis = await openRedis({ url: stack.redisUrl, name: 'test', log: silentLog, signal })
    chores = openChores(redis, { log: silentLog })
  }, 180_000)
  afterAll(async () => {
    await chores.close()
    await redis.close()
    await stack.close()
  })

  it('leaves it to another, which does it', async () => {
    await createTenant(store, { id: 'acme', name: 'Acme' })
    const about = { sessionId: 'sess_1', number: 1, at: new Date(), item: {}, words: 'marigold' }
    await writeHistory(store, 'acme', [{ ...about, kind: 'item', itemId: 'item_1', position: 1 }])
    postgres.pause() // so that what is begun does not come to its end
    await chores.add(
      { kind: 'deletion', tenantId: 'acme', subject: { kind: 'history' }, actor: 'operator' },
      { atMs: 1, name: 'a' },
    )
    await vi.waitFor(async () => expect((await chores.counts('deletion')).running).toBe(1), patient)
    stack.of('housekeeper')[0]?.process.kill('SIGKILL')
    postgres.resume()
    await stack.start('housekeeper')
    await vi.waitFor(async () => expect((await chores.counts('deletion')).done).toBe(1), patient)
    expect((await listItems(store, 'acme', 'sess_1')).entries).toEqual([])
    const done = (await listAudit(store, 'acme')).filter(({ action }) => action === 'deletion.done')
    expect(done).toHaveLength(1)
  })
})
