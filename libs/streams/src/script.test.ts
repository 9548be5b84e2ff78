import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newId, silentLog } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { followSession } from './index.ts'
import { sessionKeys } from './keys.ts'
import { jobBegin, laneAck, laneJoin, sessionEmit } from './scripts.gen.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { brief, speaker } from './testing/streams.fixture.ts'

describe.each(redisKinds)('a script, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()

  it('runs on a server that has forgotten it, without changing the order of what is said', async () => {
    const heard: string[] = []
    const sessionId = newId('sess')
    const onResult = (result: Parameters<typeof brief>[0]): void => void heard.push(brief(result))
    const follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      { afterSeq: 0, onResult, log: silentLog },
    )
    const { say } = await speaker(redis, sessionId)
    const said = Array.from({ length: 200 }, (_, index) => String(index))
    for (const [index, text] of said.entries()) {
      const emitted = say(text)
      if (index % 20 === 0) void server.each('SCRIPT', 'FLUSH')
      if (index % 7 === 0) await emitted
    }
    await vi.waitFor(() => expect(heard).toEqual(said), { timeout: 10_000 })
    follower.close()
  })

  it('changes nothing when a lost connection made it run twice', async () => {
    const id = newId('sess')
    const { session, log, head, held } = sessionKeys({ tenantId: 'tenant', sessionId: id })
    const [work, cancelled] = [`work:{tenant/${id}}`, `cancelled:{tenant/${id}}`]
    const owner = { entry: '1-0', attempt: 1, run: 'run', ttl_ms: 60_000 }
    const limits = { max_bytes: 1_000, max_age_ms: 60_000, ends_job: 0 }
    const emit = (number: number) => {
      const args = { ...owner, ...limits, channel: `c:{tenant/${id}}`, emit: number, payloads: [Buffer.from('a')] }
      return sessionEmit(redis, { session, work, cancelled, log, head }, args)
    }
    const begin = async () => {
      const [verdict] = await jobBegin(
        redis,
        { session, held, work, cancelled },
        { ...owner, tenant: 'tenant', deadline: 0 },
      )
      return verdict
    }
    expect([await begin(), await begin()]).toEqual(['run', 'run'])
    for (const number of [1, 1, 2, 1, 2]) expect(await emit(number)).toBe('emitted')
    expect(await redis.commands.xlen(log)).toBe(2)
  })

  it('fails as a dependency when Redis refuses it', async () => {
    await redis.commands.set('a-string', 1)
    const args = { group: 'g', consumer: 'c', entry: '1-0', delivery: 1, tenant: 't' }
    const [places, overflow, share] = ['places:{a-string}', 'overflow:{a-string}', 'share:{a-string}']
    const key = { lane: 'a-string', pace: 'pace:{a-string}', places, overflow, share }
    await expect(laneAck(redis, key, args)).rejects.toMatchObject({ kind: 'dependency' })
  })

  it('makes a group once', async () => {
    for (let time = 0; time < 2; time++) await laneJoin(redis, { lane: 'lane' }, { group: 'group' })
    expect(await redis.commands.xinfo('GROUPS', 'lane')).toHaveLength(1)
  })
})

it('a script is generated from its file', async () => {
  const generator = fileURLToPath(new URL('../../../scripts/generate-lua.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [generator, '--check']) // rejects when the generated file is out of date
})
