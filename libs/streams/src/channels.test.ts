import { silentLog } from '@voicebox/kernel'
import { expect, it, vi } from 'vitest'
import { makeChannels } from './channels.ts'
import { openConnection } from './connection.ts'
import { useRedis } from './testing/index.ts'

const server = useRedis('a cluster')
const redis = server.handle()

it('channels that their node dropped are subscribed to again even where nobody saw them move, and others are left alone', async () => {
  const [first, last, node] = (await redis.commands.cluster('SLOTS'))[0] ?? expect.fail()
  const [host, port] = node ?? expect.fail()
  const names: string[] = []
  for (let number = 0; names.length < 2; number += 1) {
    const slot = await redis.commands.cluster('KEYSLOT', `channel ${number}`)
    if (first <= slot && slot <= last) names.push(`channel ${number}`)
  }
  const [moving = '', staying = ''] = names

  const refresh = vi.fn()
  const channels = makeChannels(
    {
      ownerOf: () => 'node', // for it, nothing ever moves
      open: (_, use) => openConnection({ url: `redis://${host}:${port}`, name: 'test', use, log: silentLog }),
      openOwn: (name) => openConnection({ url: `redis://${host}:${port}`, name, use: 'library', log: silentLog }),
      refresh,
      onMoved: () => () => {},
      probes: () => [],
    },
    silentLog,
  )
  const heard: string[] = []
  const onGap = vi.fn()
  const undisturbed = vi.fn()
  await channels.subscribe(moving, { onMessage: (message) => void heard.push(message.toString()), onGap })
  await channels.subscribe(staying, { onMessage: () => {}, onGap: undisturbed })
  for (const _ of ['away', 'further', 'and back']) await server.move(moving)
  await vi.waitFor(
    async () => {
      await redis.commands.spublish(moving, 'again')
      expect(heard).toContain('again')
    },
    { timeout: 15_000, interval: 20 },
  )
  expect(onGap).toHaveBeenCalled()
  expect(refresh).toHaveBeenCalled()
  expect(undisturbed).not.toHaveBeenCalled()
  channels.close()
})
