import { newId, silentLog } from '@voicebox/kernel'
import { describe, expect, it, vi } from 'vitest'
import { type FollowSessionOptions, type SessionFollower, createSession, followSession } from './index.ts'
import { redisKinds, useRedis } from './testing/index.ts'
import { changeOf, holdOptions } from './testing/sessions.fixture.ts'
import { brief, speaker } from './testing/streams.fixture.ts'

const patient = { timeout: 15_000, interval: 5 }

describe.each(redisKinds)('the session log, behind what was committed, on %s', (kind) => {
  const server = useRedis(kind)
  const gateway = server.handle()
  const worker = server.handle()

  const open = async () => {
    const hold = await createSession(gateway, holdOptions({ sessionId: newId('sess') }))
    const { say } = await speaker(worker, hold.sessionId)
    const commit = (resultsUpTo: number) => hold.commit(changeOf({ resultsUpTo }))
    const length = () => gateway.commands.xlen(`out:{tenant/${hold.sessionId}}`)
    const follow = async (options: Partial<FollowSessionOptions> = {}) => {
      const heard: string[] = []
      const seqs: number[] = []
      const lost: [number, number][] = []
      const follower: SessionFollower = await followSession(gateway, hold, {
        afterSeq: 0,
        onResult(result, seq) {
          heard.push(brief(result))
          seqs.push(seq)
        },
        onLost: (from, to) => lost.push([from, to]),
        log: silentLog,
        ...options,
      })
      return { heard, seqs, lost, follower }
    }
    return { hold, say, commit, length, follow }
  }

  it('is trimmed, and whoever goes on from there misses nothing', async () => {
    const { say, commit, length, follow } = await open()
    await say('a', 'b', 'c', 'd')
    const first = await follow()
    first.follower.close()
    await commit(first.seqs[1] ?? 0)
    expect(await length()).toBe(3) // the newest that is included stays
    const next = await follow({ afterSeq: first.seqs[1] ?? 0 })
    expect(next).toMatchObject({ heard: ['c', 'd'], lost: [] })
    await commit(first.seqs[3] ?? 0)
    await say('e')
    await vi.waitFor(() => expect(next.heard).toEqual(['c', 'd', 'e']), patient)
    const last = await follow({ afterSeq: first.seqs[3] ?? 0 })
    expect(last).toMatchObject({ heard: ['e'], lost: [] })
    const late = await follow()
    expect(late.heard).toEqual(['d', 'e'])
    expect(late.lost).toEqual([[1, first.seqs[2]]])
    for (const { follower } of [next, last, late]) follower.close()
  })

  it('loses nothing for one who commits what he hears and misses most of what is published', async () => {
    const { say, commit, length, follow } = await open()
    const { heard, seqs, lost, follower } = await follow({ dropPublished: (seq) => seq % 3 > 0 })
    const said = Array.from({ length: 120 }, (_, index) => String(index))
    for (const [index, text] of said.entries()) {
      await say(text)
      if (index % 4 === 0) await commit(seqs.at(-1) ?? 0)
      if (index % 10 === 0) await commit(seqs.at(-1) ?? 0)
    }
    await follower.poll()
    expect(heard).toEqual(said)
    expect(lost).toEqual([])
    await commit(seqs.at(-1) ?? 0)
    expect(await length()).toBe(1)
    follower.close()
  })

  it('keeps what one does not want yet', async () => {
    const { say, commit, follow } = await open()
    let wants = true
    const { heard, seqs, lost, follower } = await follow({ wantsMore: () => wants })
    await say('a')
    await vi.waitFor(() => expect(heard).toEqual(['a']), patient)
    wants = false
    for (const text of ['b', 'c', 'd']) {
      await say(text)
      await commit(seqs.at(-1) ?? 0)
    }
    await follower.poll()
    expect(heard).toEqual(['a'])
    wants = true
    await follower.poll()
    expect(heard).toEqual(['a', 'b', 'c', 'd'])
    await say('e')
    await vi.waitFor(() => expect(heard).toHaveLength(5), patient)
    expect(lost).toEqual([])
    follower.close()
  })
})
