import { describe, expect, it, vi } from 'vitest'
import { once } from 'node:events'
import { dial } from './clients.ts'
import type { OpenHost } from './host.ts'

/** Heartbeat: what every transport promises. */
export function heartbeatConformance(open: OpenHost): void {
  describe('heartbeat', () => {
    it('pings, and keeps a peer that answers', async () => {
      const host = await open({ pingIntervalMs: 20 })
      const client = await dial(host.url())
      for (let pings = 0; pings < 8; pings += 1) await once(client.ws, 'ping')
      client.ws.send('still here')
      await vi.waitFor(() => expect(client.texts).toEqual(['still here']))
    })

    it('cuts off a peer that has gone silent', async () => {
      const host = await open({ pingIntervalMs: 20 })
      const client = await dial(host.url(), [], { autoPong: false })
      expect(await client.closed).toMatchObject({ code: 1006 })
      expect(host.seen[0]?.closes).toEqual([{ code: 1006, reason: 'ping_unanswered' }])
    })

    it('answers the pings of a client', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.ping('abc')
      const [data] = (await once(client.ws, 'pong')) as [Buffer]
      expect(data.toString()).toBe('abc')
    })
  })
}
