import { describe, expect, it, vi } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { dial } from './clients.ts'
import type { OpenHost } from './host.ts'

/** Backpressure: what every transport promises. */
export function backpressureConformance(open: OpenHost): void {
  describe('backpressure', () => {
    it('reports a full pipe and its draining, and loses nothing', async () => {
      const host = await open({ maxSendBufferBytes: 64 * mebibyte })
      const client = await dial(host.url())
      client.ws.pause()
      await vi.waitFor(() => expect(host.seen).toHaveLength(1))
      const seen = host.seen[0]
      const payload = 'x'.repeat(256 * 1024)
      let sentCount = 0
      // an idle peer takes whole frames too, so only a buffer that stays is a full pipe
      while (seen !== undefined && seen.socket.bufferedBytes < mebibyte) {
        expect(seen.socket.send(`${String(sentCount)} ${payload}`)).not.toBe('closed')
        sentCount += 1
        await turn()
      }
      const drainsWhilePaused = seen?.drains ?? 0
      client.ws.resume()
      await vi.waitFor(() => expect(client.texts).toHaveLength(sentCount), { timeout: 20_000 })
      expect(client.texts.map((text) => parseInt(text, 10))).toEqual(Array.from({ length: sentCount }, (_, n) => n))
      await vi.waitFor(() => expect(seen?.drains).toBe(drainsWhilePaused + 1))
      expect(seen?.socket.bufferedBytes).toBe(0)
      expect(seen?.closes).toEqual([])
    })

    it('delivers a message that is larger than the buffer to a client that reads', async () => {
      const host = await open({ maxSendBufferBytes: mebibyte })
      const client = await dial(host.url())
      const large = 'x'.repeat(8 * mebibyte)
      expect(host.seen[0]?.socket.send(large)).not.toBe('closed')
      await vi.waitFor(() => expect(client.texts).toEqual([large]), { timeout: 20_000 })
    })

    it('cuts off a client that never reads, with bounded memory and while others are served', async () => {
      const maxSendBufferBytes = 2 * mebibyte
      const host = await open({ maxSendBufferBytes })
      const stalled = await dial(host.url())
      stalled.ws.pause()
      const other = await dial(host.url())
      const seen = host.seen[0]
      const payload = 'x'.repeat(128 * 1024)
      let mostBufferedBytes = 0
      let rounds = 0
      while (seen?.socket.send(payload) !== 'closed') {
        mostBufferedBytes = Math.max(mostBufferedBytes, seen?.socket.bufferedBytes ?? 0)
        rounds += 1
        if (rounds % 20 === 0) other.ws.send(String(rounds))
        await turn()
      }
      expect(mostBufferedBytes).toBeGreaterThan(0)
      expect(mostBufferedBytes).toBeLessThanOrEqual(maxSendBufferBytes + payload.length + 16) // and one message
      await vi.waitFor(() => expect(seen.closes).toEqual([{ code: 1013, reason: 'send_buffer_full' }]))
      await vi.waitFor(() => expect(other.texts).toHaveLength(Math.floor(rounds / 20)))
      expect(other.texts.length).toBeGreaterThan(0)
      stalled.ws.resume()
      expect(await stalled.closed).toMatchObject({ code: 1006 })
      expect(seen.closes).toHaveLength(1)
    })
  })
}

const mebibyte = 1024 * 1024
