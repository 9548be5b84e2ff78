import { once } from 'node:events'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { silentLog } from '@voicebox/kernel'
import { afterEach, describe, expect, it } from 'vitest'
import { openRedis } from './index.ts'

describe('a server that cannot serve', () => {
  const servers: Server[] = []
  afterEach(() => servers.splice(0).forEach((server) => server.close()))

  /** Stands for servers that are not installed here: answers as one of another version or kind would. */
  async function pretend(hello: string): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        for (const command of data.toString().matchAll(/\r\n(HELLO|info|client|quit)\r\n/gi))
          socket.write(
            { hello, info: '$9\r\nloading:0\r\n', client: '+OK\r\n', quit: '+OK\r\n' }[
              command[1]?.toLowerCase() ?? ''
            ] ?? '',
          )
      })
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const standing = (version: string): string =>
    `*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$${version.length}\r\n${version}\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n`
  const refusal = async (url: string): Promise<unknown> => {
    const signal = AbortSignal.timeout(10_000)
    return openRedis({ url, name: 'test', log: silentLog, signal }).then(
      (redis) => redis.close(),
      (error: unknown) => error,
    )
  }

  it('because it is too old is refused with its version', async () => {
    const server = await pretend(standing('6.2.14'))
    expect(await refusal(`redis://${server}`)).toMatchObject({
      kind: 'client',
      code: 'redis_too_old',
      message: 'Redis 7 or later is needed, and this one is 6.2.14',
    })
    const older = await pretend("-ERR unknown command 'HELLO'\r\n")
    expect(await refusal(`redis://${older}`)).toMatchObject({ code: 'redis_too_old' })
    const newer = await pretend(standing('10.0.0'))
    expect(await refusal(`redis://${newer}`)).toBeUndefined()
  })

  it('because there are several that are no cluster is refused', async () => {
    const servers = [await pretend(standing('7.2.0')), await pretend(standing('7.2.0'))]
    expect(await refusal(`redis://${servers.join(',')}`)).toMatchObject({ code: 'invalid_redis_url' })
  })
})
