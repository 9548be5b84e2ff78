import { describe, expect, it, vi } from 'vitest'
import { Failure } from '@voicebox/kernel'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { askHttp, dial, startDialing } from './clients.ts'
import type { OpenHost } from './host.ts'

/** The port: what every transport promises. */
export function portConformance(open: OpenHost): void {
  describe('the port', () => {
    it('survives bytes that are no protocol at all', async () => {
      const host = await open()
      const client = await dial(host.url())
      const strangers = Array.from({ length: 20 }, () => {
        const stranger = connect(host.listener.port, '127.0.0.1', () => stranger.write(randomBytes(4096)))
        stranger.on('error', () => undefined)
        return stranger
      })
      client.ws.send('calm')
      await vi.waitFor(() => expect(client.texts).toEqual(['calm']))
      for (const stranger of strangers) stranger.destroy()
      expect((await askHttp(host.url('/'))).status).toBe(404)
    })

    it('rejects listening where another listens, as a failed dependency', async () => {
      const host = await open()
      const second = open({ port: host.listener.port })
      await expect(second).rejects.toThrow(Failure)
      await expect(second).rejects.toMatchObject({ kind: 'dependency', code: 'listen_failed' })
    })

    it('closes the open sockets with 1001 and frees the port', async () => {
      const port = await freePort()
      const host = await open({ port })
      expect(host.listener.port).toBe(port)
      const client = await dial(host.url())
      const closing = host.listener.close()
      expect(await client.closed).toMatchObject({ code: 1001 })
      await closing
      await host.listener.close() // twice is harmless
      expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1001 })])
      const successor = createServer().listen(port, '127.0.0.1')
      await once(successor, 'listening')
      successor.close()
      const again = await open({ port })
      await dial(again.url())
    })

    it('frees a port that it picked, for whoever comes after it', async () => {
      const host = await open({ port: 0 })
      const client = await dial(host.url())
      await host.listener.close()
      await client.closed
      const again = await open({ port: host.listener.port })
      await dial(again.url())
    })

    it('closes although a client never answers and another is still being decided on', async () => {
      const host = await open({
        accept: (request, accepted) =>
          request.path === '/never' ? new Promise(() => undefined) : { kind: 'accept', open: accepted },
      })
      const stalled = await dial(host.url())
      stalled.ws.pause()
      const undecided = startDialing(host.url('/never'))
      await vi.waitFor(() => expect(host.asked).toHaveLength(2))
      await host.listener.close()
      await undecided.closed
      stalled.ws.resume()
      await stalled.closed
      await vi.waitFor(() => expect(host.asked[1]?.signal.aborted).toBe(true))
    })

    it('takes no connection after stopAccepting, while open sockets go on', async () => {
      const host = await open()
      const client = await dial(host.url())
      host.listener.stopAccepting()
      const late = startDialing(host.url())
      expect(await late.closed).toMatchObject({ code: 1006 })
      client.ws.send('still served')
      await vi.waitFor(() => expect(client.texts).toEqual(['still served']))
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
