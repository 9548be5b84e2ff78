import type { Socket } from 'node:net'
import { expect, it, vi } from 'vitest'
import { useRedis } from './testing/index.ts'

const server = useRedis()
const redis = server.handle()

/** The connection's own socket. */
const socketOf = (): Socket => (redis.commands as unknown as { stream: Socket }).stream

it('what is asked in one turn is handed over by sixteen, in its order, and answered', async () => {
  await redis.commands.ping()
  const socket = socketOf()
  const handedOver: number[] = []
  const write = socket._writev?.bind(socket)
  vi.spyOn(socket, '_writev').mockImplementation((chunks, done) => {
    handedOver.push(chunks.length)
    write?.(chunks, done)
  })
  const asked = Array.from({ length: 50 }, (_, at) => redis.commands.rpush('list', at))
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
  expect(handedOver).toEqual([16, 16, 16, 2])
  expect(await redis.commands.lrange('list', 0, 2)).toEqual(['0', '1', '2'])
})
