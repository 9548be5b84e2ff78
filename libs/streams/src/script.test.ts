import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newId, silentLog } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Redis, followSession } from './index.ts'
import { audioAppend, jobBegin, laneAck, laneJoin, sessionEmit } from './scripts.gen.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { brief, open, speaker } from './testing/streams.fixture.ts'

describe('a script', () => {
  let server: TestRedis
  let redis: Redis
  beforeAll(async () => {
    server = await startRedis()
    redis = await open(server.url)
  })
  afterAll(async () => {
    await redis.close()
    await server.close()
  })

  it('runs on a server that has forgotten it, without changing the order of what is said', async () => {
    const heard: string[] = []
    const sessionId = newId('sess')
    const onResult = (result: Parameters<typeof brief>[0]): void => void heard.push(brief(result))
    const follower = await followSession(redis, sessionId, { afterSeq: 0, onResult, log: silentLog })
    const { say } = await speaker(redis, sessionId)
    const said = Array.from({ length: 200 }, (_, index) => String(index))
    for (const [index, text] of said.entries()) {
      const emitted = say(text)
      if (index % 20 === 0) void redis.commands.script('FLUSH')
      if (index % 7 === 0) await emitted
    }
    await vi.waitFor(() => expect(heard).toEqual(said), { timeout: 10_000 })
    follower.close()
  })

  it('changes nothing when a lost connection made it run twice', async () => {
    const id = newId('sess')
    const [work, cancelled, log, head] = ['work', 'cancelled', 'log', 'head'].map((name) => `${name}:{${id}}`) as [
      string,
      string,
      string,
      string,
    ]
    const owner = { entry: '1-0', attempt: 1, ttl_ms: 60_000 }
    const limits = { max_bytes: 1_000, max_age_ms: 60_000, ends_job: 0 }
    const emit = (number: number) => {
      const args = { ...owner, ...limits, channel: 'c', emit: number, payloads: [Buffer.from('a')] }
      return sessionEmit(redis, { work, cancelled, log, head }, args)
    }
    const begin = () => jobBegin(redis, { work, cancelled }, owner)
    expect([await begin(), await begin()]).toEqual(['run', 'run'])
    for (const number of [1, 1, 2, 1, 2]) expect(await emit(number)).toBe('emitted')
    expect(await redis.commands.xlen(log)).toBe(2)

    const append = (write: number) =>
      audioAppend(
        redis,
        { audio: `audio:{${id}}` },
        { channel: 'c', writer: 'w', write, ttl_ms: 60_000, payload: Buffer.of(0) },
      )
    for (const write of [3, 3, 5, 5]) expect(await append(write)).toBe('appended')
    expect(await redis.commands.xlen(`audio:{${id}}`)).toBe(2)
  })

  it('fails as a dependency when Redis refuses it', async () => {
    await redis.commands.set('a-string', 1)
    const args = { group: 'g', consumer: 'c', entry: '1-0', attempt: 1 }
    await expect(laneAck(redis, { lane: 'a-string' }, args)).rejects.toMatchObject({ kind: 'dependency' })
  })

  it('makes a group once and forgets consumers that left long ago', async () => {
    await laneJoin(redis, { lane: 'lane' }, { group: 'group', forget_idle_ms: 0 })
    await redis.commands.xgroup('CREATECONSUMER', 'lane', 'group', 'gone')
    await new Promise((resolve) => setTimeout(resolve, 10))
    await laneJoin(redis, { lane: 'lane' }, { group: 'group', forget_idle_ms: 60_000 })
    expect(await redis.commands.xinfo('CONSUMERS', 'lane', 'group')).toHaveLength(1)
    await laneJoin(redis, { lane: 'lane' }, { group: 'group', forget_idle_ms: 1 })
    expect(await redis.commands.xinfo('CONSUMERS', 'lane', 'group')).toEqual([])
  })

  it('is generated from its file', async () => {
    const generator = fileURLToPath(new URL('../../../scripts/generate-lua.ts', import.meta.url))
    await promisify(execFile)(process.execPath, [generator, '--check']) // rejects when the generated file is out of date
  })
})
