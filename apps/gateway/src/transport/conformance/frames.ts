import { describe, expect, it, vi } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { dial, startDialing } from './clients.ts'
import type { OpenHost } from './host.ts'

/** Frames: what every transport promises. */
export function framesConformance(open: OpenHost): void {
  describe('frames', () => {
    it('delivers text both ways, whatever its characters', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.send('{"type":"ping"}')
      client.ws.send('zażółć gęślą jaźń 你好 🎙')
      await vi.waitFor(() => expect(client.texts).toEqual(['{"type":"ping"}', 'zażółć gęślą jaźń 你好 🎙']))
    })

    it('keeps the order of many frames, from the very first after the handshake', async () => {
      const host = await open({
        accept: async (_request, accepted) => (await turn(), { kind: 'accept', open: accepted }),
      })
      const client = startDialing(host.url())
      const sent = Array.from({ length: 500 }, (_, n) => String(n).repeat(1 + (n % 50)))
      client.ws.on('open', () => {
        for (const text of sent) client.ws.send(text)
      })
      await vi.waitFor(() => expect(client.texts).toHaveLength(500))
      expect(client.texts).toEqual(sent)
    })

    it('delivers what is sent in a batch, in its order and with what is sent before and after, and ends as it is told to', async () => {
      const host = await open()
      const client = await dial(host.url())
      await vi.waitFor(() => expect(host.seen).toHaveLength(1))
      const socket = host.seen[0]?.socket
      const large = Array.from({ length: 40 }, (_, n) => String(n).repeat(3_000))
      socket?.send('before')
      socket?.batch(() => {
        for (const text of large) socket.send(text)
        socket.batch(() => void socket.send('within'))
      })
      socket?.send('after')
      await vi.waitFor(() => expect(client.texts).toHaveLength(43))
      expect(client.texts).toEqual(['before', ...large, 'within', 'after'])
      socket?.batch(() => {
        socket.send('last')
        socket.close(4_000, 'done')
        socket.batch(() => void socket.send('too late'))
      })
      expect(await client.closed).toMatchObject({ code: 4_000 })
      expect(client.texts.at(-1)).toBe('last')
    })

    it('puts a fragmented message together', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.send('one ', { fin: false })
      client.ws.send('two', { fin: true })
      await vi.waitFor(() => expect(client.texts).toEqual(['one two']))
    })

    it('tells of a binary frame and goes on', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.send(Buffer.from([1, 2, 3]))
      client.ws.send('after')
      await vi.waitFor(() => expect(client.texts).toEqual(['after']))
      expect(host.seen[0]).toMatchObject({ binaries: 1, texts: ['after'] })
    })

    it('takes a frame of the maximum size and closes with 1009 for a larger one', async () => {
      const host = await open({ maxFrameBytes: 100_000 })
      const client = await dial(host.url())
      client.ws.send('a'.repeat(100_000))
      await vi.waitFor(() => expect(client.texts).toHaveLength(1))
      client.ws.send('a'.repeat(100_001))
      expect(await client.closed).toMatchObject({ code: 1009 })
      expect(host.seen[0]?.texts).toHaveLength(1)
      expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1009 })])
    })

    it('ends a connection that announces a frame far above the maximum', async () => {
      const host = await open({ maxFrameBytes: 1000 })
      const client = await dial(host.url())
      client.ws.send('a'.repeat(100_000))
      await client.closed
      await vi.waitFor(() => expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1009 })]))
    })

    it('ends a connection whose text is not UTF-8, and calls it 1007', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })
      const { code } = await client.closed
      expect([1007, 1006]).toContain(code) // uWebSockets drops the connection without a close frame
      await vi.waitFor(() => expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1007 })]))
      expect(host.seen[0]?.texts).toEqual([])
    })
  })
}
