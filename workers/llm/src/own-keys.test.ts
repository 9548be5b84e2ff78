import { type ItemId, newId, type ResponseId, silentLog, sleep } from '@voicebox/kernel'
import { createTenant, dropProviderKey, writeProviderKey } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { enqueue, followSession, tellKeyChange, type WorkerResult } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { newEncryptionKey, openVault } from '@voicebox/tenancy'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ChatServer, reply, startChatServer } from './testing/index.ts'
import { runLlmWorker } from './worker.ts'

const patient = { timeout: 20_000, interval: 10 }
const encryptionKey = newEncryptionKey()

describe('A tenant’s own key for a language provider', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const server = useRedis()
  const redis = server.handle()
  const vault = openVault([encryptionKey])
  const leave = new AbortController()
  let chat: ChatServer
  let running: Promise<void>

  beforeAll(async () => {
    chat = await startChatServer(({ authorization }) =>
      authorization === 'Bearer sk-bad-0123456789abc' ? { kind: 'status', status: 401 } : reply('Hello.'),
    )
    for (const id of ['acme', 'other', 'late', 'fresh']) await createTenant(store, { id, name: id })
    const provider = { name: 'first', baseURL: chat.url, apiKey: 'sk-of-the-installation', model: 'small' }
    const ready = Promise.withResolvers<void>()
    running = runLlmWorker(
      {
        REDIS_URL: server.url,
        DATABASE_URL: postgres.url,
        VOICEBOX_ENCRYPTION_KEY: encryptionKey,
        VOICEBOX_LLM_PROVIDERS: JSON.stringify([provider]),
        VOICEBOX_LOG_LEVEL: 'silent',
      },
      leave.signal,
      () => ready.resolve(),
    )
    await ready.promise
  })
  afterAll(async () => {
    leave.abort()
    await running
    await chat.close()
  })

  /** Has a response generated; answers how it ended, and which keys the provider was asked with. */
  async function generate(tenantId: string): Promise<{ result: WorkerResult; keys: (string | undefined)[] }> {
    const before = chat.requests.length
    const sessionId = newId('sess')
    const responseId: ResponseId = newId('resp')
    const results: WorkerResult[] = []
    const onResult = (result: WorkerResult): void => void results.push(result)
    const follower = await followSession(redis, { tenantId, sessionId }, { afterSeq: 0, onResult, log: silentLog })
    const about = { sessionId, tenantId, responseId, deadlineMs: 60_000, traceId: 'trace', instructions: 'Be brief.' }
    const itemIds: ItemId[] = []
    await enqueue(redis, 'jobs:llm:default', { kind: 'generate', id: newId('job'), ...about, itemIds })
    const ended = (): WorkerResult | undefined =>
      results.find(({ kind }) => kind === 'generation_finished' || kind === 'generation_failed')
    const result = await vi.waitFor(() => ended() ?? expect.fail('The response has not ended'), patient)
    follower.close()
    return { result, keys: chat.requests.slice(before).map(({ authorization }) => authorization) }
  }

  const write = async (tenantId: string, key: string): Promise<void> => {
    await writeProviderKey(store, vault, { tenantId, provider: 'first', key })
    await tellKeyChange(redis, { kind: 'tenant_changed', tenantId })
  }

  it('is what its jobs are done with, and nobody else’s', async () => {
    await write('acme', 'sk-of-acme-0123456789')
    expect((await generate('acme')).keys).toEqual(['Bearer sk-of-acme-0123456789'])
    expect((await generate('other')).keys).toEqual(['Bearer sk-of-the-installation'])
  })

  it('is another as soon as that is told, and the installation’s when it is dropped', async () => {
    await write('acme', 'sk-newer-of-acme-0123456789')
    await vi.waitFor(async () => {
      expect((await generate('acme')).keys).toEqual(['Bearer sk-newer-of-acme-0123456789'])
    }, patient)
    await dropProviderKey(store, 'acme', 'first')
    await tellKeyChange(redis, { kind: 'tenant_changed', tenantId: 'acme' })
    await vi.waitFor(async () => {
      expect((await generate('acme')).keys).toEqual(['Bearer sk-of-the-installation'])
    }, patient)
  })

  it('that is wrong fails its tenant’s answers, and nobody else’s', async () => {
    await write('late', 'sk-bad-0123456789abc')
    for (let time = 0; time < 7; time++) expect((await generate('late')).result.kind).toBe('generation_failed')
    expect((await generate('other')).result.kind).toBe('generation_finished')
    await write('late', 'sk-good-0123456789abc')
    await vi.waitFor(async () => {
      expect((await generate('late')).result.kind).toBe('generation_finished')
    }, patient)
  })

  it('is waited for while Postgres is started again', async () => {
    await postgres.stop()
    const generated = generate('fresh')
    await sleep(1_000) // longer than three attempts take that do not wait
    await postgres.start()
    expect(await generated).toMatchObject({
      result: { kind: 'generation_finished' },
      keys: ['Bearer sk-of-the-installation'],
    })
  })

  it('stays known while Postgres is away; who was never seen is not served on another’s account', async () => {
    await write('acme', 'sk-of-acme-0123456789')
    await vi.waitFor(async () => {
      expect((await generate('acme')).keys).toEqual(['Bearer sk-of-acme-0123456789'])
    }, patient)
    await postgres.stop()
    try {
      expect((await generate('acme')).keys).toEqual(['Bearer sk-of-acme-0123456789'])
      const { result, keys } = await generate('default')
      expect([result.kind, keys]).toEqual(['generation_failed', []])
    } finally {
      await postgres.start()
    }
  })
}, 60_000)
