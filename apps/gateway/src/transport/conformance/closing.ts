import { describe, expect, it, vi } from 'vitest'
import { dial, startDialing } from './clients.ts'
import type { OpenHost } from './host.ts'

/** Closing: what every transport promises. */
export function closingConformance(open: OpenHost): void {
  describe('closing', () => {
    it('shows the code and reason of the server to the client after everything sent before', async () => {
      const text = 'x'.repeat(64 * 1024)
      const host = await open({
        onText: (socket) => {
          for (let n = 0; n < 100; n += 1) socket.send(text)
          socket.close(4000, 'invalid_request_error.missing_model')
        },
      })
      const client = await dial(host.url())
      client.ws.send('go')
      expect(await client.closed).toEqual({ code: 4000, reason: 'invalid_request_error.missing_model' })
      expect(client.texts).toHaveLength(100)
      expect(host.seen[0]?.closes).toEqual([{ code: 4000, reason: 'invalid_request_error.missing_model' }])
    })

    it('can send and close before the application has returned its handlers', async () => {
      const host = await open({
        onOpen: (socket) => {
          socket.send('bye')
          socket.close(3000, 'invalid_api_key')
        },
      })
      const client = startDialing(host.url())
      expect(await client.closed).toEqual({ code: 3000, reason: 'invalid_api_key' })
      expect(client.texts).toEqual(['bye'])
      expect(host.seen[0]?.closes).toEqual([{ code: 3000, reason: 'invalid_api_key' }])
    })

    it('shows the code and reason of the client to the application', async () => {
      const host = await open()
      const one = await dial(host.url())
      one.ws.close(4321, 'done here')
      await vi.waitFor(() => expect(host.seen[0]?.closes).toEqual([{ code: 4321, reason: 'done here' }]))
      const two = await dial(host.url())
      two.ws.close()
      await vi.waitFor(() => expect(host.seen[1]?.closes).toEqual([{ code: 1005, reason: '' }]))
    })

    it('calls it 1006 when a client vanishes', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.terminate()
      await vi.waitFor(() => expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1006 })]))
    })

    it('answers every call after the end without effect', async () => {
      const host = await open()
      const client = await dial(host.url())
      client.ws.send('hello')
      await vi.waitFor(() => expect(client.texts).toHaveLength(1))
      const socket = host.seen[0]?.socket
      socket?.close(1000, 'first')
      expect(host.seen[0]?.closes).toEqual([]) // never from inside a call on the socket
      expect(socket?.send('late')).toBe('closed')
      socket?.close(4000, 'second')
      socket?.terminate()
      await vi.waitFor(() => expect(host.seen[0]?.closes).toEqual([{ code: 1000, reason: 'first' }]))
      await client.closed
      expect(socket?.send('later')).toBe('closed')
      expect(socket?.bufferedBytes).toBe(0)
      expect(client.texts).toEqual(['hello'])
      expect(host.seen[0]?.closes).toHaveLength(1)
    })

    it('delivers nothing more once it has closed, however much was on its way', async () => {
      const host = await open({ onText: (socket) => socket.close(1000, 'enough') })
      const client = await dial(host.url())
      for (let n = 0; n < 50; n += 1) client.ws.send(String(n))
      await client.closed
      expect(host.seen[0]?.texts).toEqual(['0'])
    })

    it('drops the connection on terminate', async () => {
      const host = await open({ onText: (socket) => socket.terminate() })
      const client = await dial(host.url())
      client.ws.send('go')
      expect(await client.closed).toMatchObject({ code: 1006 })
      expect(host.seen[0]?.closes).toEqual([expect.objectContaining({ code: 1006 })])
    })

    it('cuts a reason that does not fit at a whole character', async () => {
      const host = await open({ onText: (socket) => socket.close(4000, `x${'é'.repeat(100)}`) })
      const client = await dial(host.url())
      client.ws.send('go')
      expect(await client.closed).toEqual({ code: 4000, reason: `x${'é'.repeat(61)}` })
    })

    it('closes only the socket whose handler threw, with 1011', async () => {
      const host = await open({
        onText: (socket, text) => {
          if (text === 'break') throw new Error('a bug')
          socket.send(text)
        },
      })
      const [one, two] = await Promise.all([dial(host.url()), dial(host.url())])
      one.ws.send('break')
      expect(await one.closed).toMatchObject({ code: 1011 })
      expect(host.logged).toEqual([new Error('a bug')])
      two.ws.send('fine')
      await vi.waitFor(() => expect(two.texts).toEqual(['fine']))
    })
  })
}
