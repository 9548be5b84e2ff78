import { newId } from '@voicebox/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Redis, type SavedItem, appendAudio, closeSession, forgetItem, loadItems, saveItems } from './index.ts'
import { type TestRedis, startRedis } from './testing/index.ts'
import { open, speaker } from './testing/streams.fixture.ts'

describe('saved items', () => {
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
  const item = (id: string, text: string): SavedItem => ({
    id,
    item: { id, type: 'message', content: [{ type: 'input_text', text }], nothing: null, number: 1.5 },
    context: [{ role: 'user', text }],
  })

  it('come back in the order asked for, null where there is none', async () => {
    const sessionId = newId('sess')
    const silent: SavedItem = { ...item('c', ''), context: [] }
    await saveItems(redis, sessionId, [item('a', 'Grüße'), item('b', 'two'), silent])
    expect(await loadItems(redis, sessionId, ['c', 'missing', 'a'])).toEqual([silent, null, item('a', 'Grüße')])
    expect(await loadItems(redis, sessionId, [])).toEqual([])
  })

  it('are replaced by a later save', async () => {
    const sessionId = newId('sess')
    await Promise.all([1, 2, 3].map((version) => saveItems(redis, sessionId, [item('a', `version ${version}`)])))
    expect(await loadItems(redis, sessionId, ['a'])).toEqual([item('a', 'version 3')])
  })

  it('may be many', async () => {
    const sessionId = newId('sess')
    const items = Array.from({ length: 1_203 }, (_, index) => item(`item_${index}`, `text ${index}`))
    await saveItems(redis, sessionId, items)
    expect(
      await loadItems(
        redis,
        sessionId,
        items.map(({ id }) => id),
      ),
    ).toEqual(items)
  })

  it('can be forgotten one by one, in the order of the saves', async () => {
    const sessionId = newId('sess')
    await Promise.all([
      saveItems(redis, sessionId, [item('a', 'one'), item('b', 'two')]),
      forgetItem(redis, sessionId, 'a'),
    ])
    expect(await loadItems(redis, sessionId, ['a', 'b'])).toEqual([null, item('b', 'two')])
  })

  it('go with the session, and its log and audio with them', async () => {
    const sessionId = newId('sess')
    await saveItems(redis, sessionId, [item('a', 'text')])
    await appendAudio(redis, sessionId, 'a', new Uint8Array(320), { final: true })
    await (await speaker(redis, sessionId)).say('something')
    await closeSession(redis, sessionId, ['a'])
    const left = await redis.commands.keys(`*{${sessionId}}*`)
    expect(left.filter((key) => !key.startsWith('work:'))).toEqual([])
  })
})
