import { type SessionId, newId, silentLog, sleep } from '@voicebox/kernel'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Redis,
  type SessionHold,
  admitWork,
  appendAudio,
  cancelWork,
  createSession,
  findSession,
  followSession,
  freeAudio,
  keepSpeech,
  takeSession,
} from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, events, faulty, holdOptions, keysOf, snapshot, withParts } from './testing/sessions.fixture.ts'
import { speaker } from './testing/streams.fixture.ts'

describe.each(redisKinds)('the end of a session, on %s', (kind) => {
  const server = useRedis(kind)
  const redis = server.handle()
  let sessionId: SessionId
  let hold: SessionHold
  beforeEach(async () => {
    sessionId = newId('sess')
    hold = await createSession(redis, holdOptions({ sessionId }))
    await hold.commit(changeOf({ set: [['a', 1]], sent: events(1), save: [{ id: 'a', item: {}, context: [] }] }))
  })

  /** Does everything that leaves something in Redis. */
  async function live(items: number): Promise<Awaited<ReturnType<typeof speaker>>> {
    const spoken = await speaker(redis, sessionId)
    await spoken.say('something')
    for (let at = 0; at < items; at++) {
      void appendAudio(redis, hold, `item_${at}`, 0, new Uint8Array(320), { final: true })
      void keepSpeech(redis, hold, `item_${at}`, 0, new Uint8Array(320))
      await cancelWork(redis, { tenantId: 'tenant', sessionId }, `item_${at}`)
    }
    return spoken
  }
  const notes = async (): Promise<string[]> => {
    const all = await redis.commands.xrange('sessions:ended', '-', '+')
    return all.flatMap(([, fields]) => (fields[1] === sessionId ? [fields.join(' ')] : []))
  }
  const isIndexed = async (): Promise<boolean> => {
    const shards = await server.keys('sessions:live:{*}')
    const members = await Promise.all(shards.map((shard) => redis.commands.zrange(shard, '0', '-1')))
    return members.flat().includes(`tenant/${sessionId}`)
  }

  it('leaves nothing in Redis but a mark, and a note that it has ended', async () => {
    await live(3)
    expect((await keysOf(server, sessionId)).length).toBeGreaterThan(15)
    expect(await isIndexed()).toBe(true)
    await hold.end('closed')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
    const leftMs = await redis.commands.pttl(`sess:{tenant/${sessionId}}`)
    expect(leftMs > 60_000 && leftMs <= 600_000).toBe(true)
    expect(await isIndexed()).toBe(false)
    expect(await notes()).toEqual([
      expect.stringMatching(
        new RegExp(`^session ${sessionId} tenant tenant reason closed opened_at \\d+ ended_at \\d+$`),
      ),
    ])
    expect(await findSession(redis, { tenantId: 'tenant', sessionId })).toBeNull()
  })

  it('frees however many keys there are', async () => {
    await live(700)
    await hold.end('closed')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
  })

  it('is the same when it is called again after a failure, whatever failed', async () => {
    const faults = faulty(redis)
    let failures = 0
    for (const fault of ['never arrives', 'answer lost'] as const) {
      for (let spared = 0; spared < 8; spared++) {
        sessionId = newId('sess')
        hold = await createSession(faults.redis, holdOptions({ sessionId }))
        await hold.commit(changeOf({ set: [['a', 1]] }))
        await live(1)
        Object.assign(faults, { next: fault, spared })
        await hold.end('closed').catch(() => (failures += 1))
        faults.next = null
        await hold.end('closed')
        expect(await keysOf(server, sessionId)).toEqual(['sess:'])
        expect(await isIndexed()).toBe(false)
        expect((await notes()).length).toBeGreaterThan(0)
      }
    }
    expect(failures).toBe(16) // each command of an end but the last, after which only an entry of the index is left
  })

  it('stops what workers do for it, and lets nothing be written any more', async () => {
    const { output, say } = await live(1)
    const cancelled: string[] = []
    const channel = await redis.channels.subscribe(`cancel:{tenant/${sessionId}}`, {
      onMessage: (message) => cancelled.push(message.toString()),
      onGap: () => {},
    })
    await hold.end('closed')
    await vi.waitFor(() => expect(cancelled).toEqual(['*']), { timeout: 10_000 })
    await channel.close()
    expect(await output.emit([{ kind: 'text_generated', responseId: 'resp_1', text: 'late' }])).toBe('cancelled')
    await say('later still')
    const late = await speaker(redis, sessionId)
    expect((await late.output.begin()).verdict).toBe('cancelled')
    expect(await appendAudio(redis, hold, 'item_9', 0, new Uint8Array(320), { final: false })).toBe('lost')
    await freeAudio(redis, { tenantId: 'tenant', sessionId }, 'item_9')
    await keepSpeech(redis, hold, 'item_9', 0, new Uint8Array(320))
    await admitWork(redis, { tenantId: 'tenant', sessionId }, 'item_9')
    await cancelWork(redis, { tenantId: 'tenant', sessionId }, 'item_9')
    expect(await hold.commit(changeOf({ set: [['a', 2]], sent: events(2) }))).toBe('lost')
    expect(await hold.beat()).toBe('lost')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
    expect(await isIndexed()).toBe(false)
  })

  it('frees a session of which Redis has lost everything', async () => {
    await live(1)
    for (const name of await server.keys(`*{tenant/${sessionId}}*`)) await redis.commands.del(name)
    await hold.end('closed')
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
    expect(await notes()).toEqual([expect.stringContaining('tenant tenant reason closed')])
  })

  it('is repeated where Redis loses it before it is through', async () => {
    await live(1)
    const rollBack = await snapshot(server, redis, sessionId)
    async function callBuffer(...command: [string, ...(string | Buffer | number)[]]): Promise<unknown> {
      if (command[0] === 'ZREM' && String(command[1]).startsWith('sessions:live') && losses++ === 0) await rollBack()
      return redis.commands.callBuffer(...command)
    }
    let losses = 0
    const commands = withParts(redis.commands, { callBuffer: callBuffer as Redis['commands']['callBuffer'] })
    const forgetful = withParts(redis, { commands })
    const taken = await takeSession(forgetful, holdOptions({ sessionId, holder: 'two' }))
    await taken?.hold.end('closed')
    expect(losses).toBe(2)
    expect(await keysOf(server, sessionId)).toEqual(['sess:'])
    expect(await isIndexed()).toBe(false)
  })

  it('does not disturb one who still follows its results', async () => {
    const heard: unknown[] = []
    const follower = await followSession(
      redis,
      { tenantId: 'tenant', sessionId },
      {
        afterSeq: 0,
        onResult: (result) => heard.push(result),
        log: silentLog,
      },
    )
    const { say } = await speaker(redis, sessionId)
    await say('one')
    await hold.end('closed')
    await sleep(10)
    await follower.poll()
    expect(heard).toHaveLength(1)
    follower.close()
  })
})
