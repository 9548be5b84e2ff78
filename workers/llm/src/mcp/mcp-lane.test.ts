import { aborted, newId, type SessionId, silentLog, systemClock } from '@voicebox/kernel'
import {
  type JobOf,
  type Redis,
  type SessionFollower,
  type WorkerResult,
  cancelWork,
  consumeLane,
  enqueue,
  followSession,
  openRedis,
} from '@voicebox/streams'
import { type TestRedis, startRedis } from '@voicebox/streams/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type McpTestServer, startMcpServer } from '../testing/index.ts'
import { runLlmWorker } from '../worker.ts'

const lane = 'jobs:mcp:default'
const patient = { timeout: 10_000, interval: 5 }

describe('The MCP lane of a language worker', () => {
  let redisServer: TestRedis
  let redis: Redis
  let server: McpTestServer
  let leave: AbortController
  let running: Promise<void>
  let sessionId: SessionId
  let results: WorkerResult[]
  let follower: SessionFollower

  beforeAll(async () => {
    redisServer = await startRedis()
    const { signal } = new AbortController()
    redis = await openRedis({ url: redisServer.url, name: 'test', log: silentLog, signal })
  })
  afterAll(async () => {
    await redis.close()
    await redisServer.close()
  })
  beforeEach(async () => {
    leave = new AbortController()
    running = Promise.resolve()
    sessionId = newId('sess')
    results = []
    server = await startMcpServer()
    const onResult = (result: WorkerResult): void => void results.push(result)
    follower = await followSession(redis, { tenantId: 'tenant', sessionId }, { afterSeq: 0, onResult, log: silentLog })
  })
  afterEach(async () => {
    leave.abort()
    await running
    await server.close()
    follower.close()
  })

  it('carries listings and calls to their servers, and what these say back', async () => {
    await startWorker()
    await enqueue(redis, lane, { ...base(), kind: 'list_tools' })
    await enqueue(redis, lane, call('echo', '{"text":"hello"}'))
    await vi.waitFor(() => expect(results).toHaveLength(2), patient)
    expect(results).toContainEqual(expect.objectContaining({ kind: 'tools_listed', itemId: 'item_1' }))
    expect(results).toContainEqual({ kind: 'tool_called', itemId: 'item_1', output: 'hello' })
  })

  it('refuses a server that is neither public nor allowed', async () => {
    await startWorker({ VOICEBOX_MCP_ALLOW: '["https://*.internal.example"]' })
    await enqueue(redis, lane, call('echo', '{"text":"hello"}'))
    await vi.waitFor(() => expect(results).toMatchObject([{ kind: 'tool_failed', error: { code: -32600 } }]), patient)
    expect(server.requests).toEqual([])
  })

  it('does not start with a list of allowed servers that cannot be read', async () => {
    const starting = startWorker({ VOICEBOX_MCP_ALLOW: '["mcp.example"]' })
    await expect(starting).rejects.toMatchObject({ code: 'invalid_configuration' })
    running = Promise.resolve()
  })

  it('cancels a call whose item is cancelled, and says nothing of it', async () => {
    await startWorker()
    await enqueue(redis, lane, call('slow', '{}'))
    await vi.waitFor(() => expect(server.requests.map(({ method }) => method)).toContain('tools/call'), patient)
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, 'item_1')
    await vi.waitFor(() => expect(server.cancelledCalls()).toBe(1), patient)
    expect(results).toEqual([])
  })

  it('does not call again a tool whose worker was lost', async () => {
    await loseTo(call('echo', '{"text":"hello"}'))
    await startWorker()
    const error = { type: 'protocol_error', code: -32000 }
    await vi.waitFor(() => expect(results).toMatchObject([{ kind: 'tool_failed', error }]), patient)
    expect(server.requests).toEqual([])
  })

  it('lists again for a worker that was lost', async () => {
    await loseTo({ ...base(), kind: 'list_tools' })
    await startWorker()
    await vi.waitFor(() => expect(results).toMatchObject([{ kind: 'tools_listed' }]), patient)
  })

  it('says that a job came too late', async () => {
    await enqueue(redis, lane, { ...call('echo', '{"text":"hello"}'), deadlineMs: 0 })
    await startWorker()
    const error = { type: 'http_error', code: 504 }
    await vi.waitFor(() => expect(results).toMatchObject([{ kind: 'tool_failed', error }]), patient)
    expect(server.requests).toEqual([])
  })

  async function startWorker(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const ready = Promise.withResolvers<void>()
    const allow = { VOICEBOX_MCP_ALLOW: JSON.stringify([server.origin]) }
    const settings = { REDIS_URL: redisServer.url, VOICEBOX_LOG_LEVEL: 'silent', ...allow, ...env }
    running = runLlmWorker(settings, leave.signal, () => ready.resolve())
    await Promise.race([ready.promise, running])
  }

  /** Lets another worker begin the job and go before it has done it. */
  async function loseTo(job: JobOf<'list_tools' | 'call_tool'>): Promise<void> {
    const began = Promise.withResolvers<void>()
    const lost = consumeLane(redis, {
      lane,
      concurrency: 1,
      claimAfterMs: 5_000,
      consumer: 'lost',
      clock: systemClock,
      log: silentLog,
      async run(_, { signal }) {
        began.resolve()
        await aborted(signal)
      },
      failed: () => [],
    })
    await enqueue(redis, lane, job)
    await began.promise
    await lost.close()
  }

  function call(name: string, json: string): JobOf<'call_tool'> {
    return { ...base(), kind: 'call_tool', name, arguments: json }
  }

  function base() {
    return {
      id: newId('job'),
      sessionId,
      tenantId: 'tenant',
      deadlineMs: 60_000,
      traceId: 'trace',
      itemId: 'item_1',
      server: { label: 'tools', url: server.url },
    } as const
  }
})
