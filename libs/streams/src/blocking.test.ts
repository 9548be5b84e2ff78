import { silentLog } from '@voicebox/kernel'
import { expect, it, vi } from 'vitest'
import { openBlocking } from './blocking.ts'
import { openConnection } from './connection.ts'

it('a command that blocks fails at once where its node is away, and has it looked for', async () => {
  const refresh = vi.fn()
  const blocking = openBlocking(
    {
      ownerOf: () => 'node',
      open: (_, use) => openConnection({ url: '/nowhere/redis.sock', name: 'test', use, log: silentLog }),
      openOwn: (name) => openConnection({ url: '/nowhere/redis.sock', name, use: 'library', log: silentLog }),
      refresh,
      onMoved: () => () => {},
      probes: () => [],
    },
    'key',
  )
  await expect(blocking.callBuffer('BLPOP', 'key', 0)).rejects.toThrow('max retries')
  expect(refresh).toHaveBeenCalledOnce()
  blocking.disconnect()
  await expect(blocking.callBuffer('BLPOP', 'key', 0)).rejects.toThrow('closed')
})
