import { newId } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { type SavedItem, createSession, loadItems } from './index.ts'
import { redisKinds, saveItems, useRedis } from './testing/index.ts'
import { changeOf, holdOptions } from './testing/sessions.fixture.ts'

describe.each(redisKinds)('saved items, on %s', (kind) => {
  const redis = useRedis(kind).handle()
  const item = (id: string, text: string): SavedItem => ({
    id,
    item: { id, type: 'message', content: [{ type: 'input_text', text }], nothing: null, number: 1.5 },
    context: [{ role: 'user', text }],
  })

  it('come back in the order asked for, null where there is none', async () => {
    const sessionId = newId('sess')
    const silent: SavedItem = { ...item('c', ''), context: [] }
    await saveItems(redis, { tenantId: 'tenant', sessionId }, [item('a', 'Grüße'), item('b', 'two'), silent])
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, ['c', 'missing', 'a'])).toEqual([
      silent,
      null,
      item('a', 'Grüße'),
    ])
    expect(await loadItems(redis, { tenantId: 'tenant', sessionId }, [])).toEqual([])
  })

  it('are what the session’s holder committed', async () => {
    const hold = await createSession(redis, holdOptions())
    await hold.commit(changeOf({ save: [item('a', 'one'), item('b', 'two')] }))
    await hold.commit(changeOf({ save: [item('b', 'three')], forget: ['a'] }))
    expect(await loadItems(redis, hold, ['a', 'b'])).toEqual([null, item('b', 'three')])
  })

  it('may be many', async () => {
    const sessionId = newId('sess')
    const items = Array.from({ length: 1_203 }, (_, index) => item(`item_${index}`, `text ${index}`))
    await saveItems(redis, { tenantId: 'tenant', sessionId }, items)
    expect(
      await loadItems(
        redis,
        { tenantId: 'tenant', sessionId },
        items.map(({ id }) => id),
      ),
    ).toEqual(items)
  })
})
