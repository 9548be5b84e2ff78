import { describe, expect, it, vi } from 'vitest'
import { dial, dialRefused, startDialing } from './clients.ts'
import type { OpenHost } from './host.ts'

/** Upgrades: what every transport promises. */
export function upgradesConformance(open: OpenHost): void {
  describe('upgrades', () => {
    it('shows path, query, headers, offers and address to the application', async () => {
      const host = await open({
        accept: (_request, accepted) => ({ kind: 'accept', protocol: 'realtime', open: accepted }),
      })
      await dial(host.url('/v1/realtime?model=gpt-realtime&x=a%20b'), ['realtime', 'other.one'], {
        headers: { Authorization: 'Bearer sk-1' },
      })
      const [request] = host.asked
      expect(request).toMatchObject({
        path: '/v1/realtime',
        protocols: ['realtime', 'other.one'],
        remoteAddress: '127.0.0.1',
      })
      expect([...(request?.query ?? [])]).toEqual([
        ['model', 'gpt-realtime'],
        ['x', 'a b'],
      ])
      expect(request?.header('Authorization')).toBe('Bearer sk-1')
      expect(request?.header('x-absent')).toBeUndefined()
    })

    it('answers with the chosen subprotocol alone', async () => {
      const host = await open({
        accept: (_request, accepted) => ({ kind: 'accept', protocol: 'realtime', open: accepted }),
      })
      const client = await dial(host.url(), ['openai-insecure-api-key.sk-1', 'realtime', 'openai-beta.realtime-v1'])
      expect(client.ws.protocol).toBe('realtime')
    })

    it.each([
      ['none was chosen', undefined, ['chat']],
      ['none was offered', 'realtime', []],
      ['another was offered', 'realtime', ['chat']],
    ])('answers with no subprotocol when %s', async (_case, protocol, offers) => {
      const host = await open({
        accept: (_request, accepted) => ({
          kind: 'accept',
          ...(protocol === undefined ? {} : { protocol }),
          open: accepted,
        }),
      })
      const client = startDialing(host.url(), offers)
      const headers = await new Promise((resolve) => client.ws.on('upgrade', ({ headers }) => resolve(headers)))
      expect(headers).not.toHaveProperty('sec-websocket-protocol')
    })

    it('refuses with a status, headers and a JSON body', async () => {
      const body = { error: { code: 'rate_limit_exceeded', message: 'Zu viele' } }
      const host = await open({
        accept: () => ({ kind: 'refuse', status: 429, body, headers: { 'retry-after': '7' } }),
      })
      const answer = await dialRefused(host.url())
      expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7', 'content-type': 'application/json' } })
      expect(JSON.parse(answer.body)).toEqual(body)
      expect(host.seen).toEqual([])
    })

    it('answers 500 when the decision throws, and goes on', async () => {
      let isBroken = true
      const host = await open({
        accept: (_request, accepted) => {
          if (isBroken) throw new Error('broken')
          return { kind: 'accept', open: accepted }
        },
      })
      expect((await dialRefused(host.url())).status).toBe(500)
      expect(host.logged).toEqual([new Error('broken')])
      isBroken = false
      await dial(host.url())
    })

    it('keeps the sockets open whose upgrade was decided later', async () => {
      const host = await open({
        accept: async (_request, accepted) => {
          await new Promise((resolve) => setTimeout(resolve, 2))
          return { kind: 'accept', protocol: 'realtime', open: accepted }
        },
        onOpen: (socket) => void socket.send(`welcome ${'to whom it may concern '.repeat(40)}`),
      })
      for (let round = 0; round < 20; round++) {
        const clients = await Promise.all(Array.from({ length: 5 }, () => dial(host.url(), ['realtime'])))
        for (const { ws } of clients) ws.send('alive')
        await vi.waitFor(() => expect(clients.map(({ texts }) => texts.at(-1))).toEqual(clients.map(() => 'alive')))
      }
      expect(host.seen.flatMap(({ closes }) => closes)).toEqual([])
    })

    it('never opens a socket whose client left during the decision, and aborts its signal', async () => {
      const decision = Promise.withResolvers<void>()
      const host = await open({
        accept: async (request, accepted) => {
          if (request.path === '/slow') await decision.promise
          return { kind: 'accept', open: accepted }
        },
      })
      const client = startDialing(host.url('/slow'))
      await vi.waitFor(() => expect(host.asked).toHaveLength(1))
      client.ws.terminate()
      await vi.waitFor(() => expect(host.asked[0]?.signal.aborted).toBe(true))
      decision.resolve()
      const other = await dial(host.url())
      other.ws.send('alive')
      await vi.waitFor(() => expect(other.texts).toEqual(['alive']))
      expect(host.seen).toHaveLength(1)
      expect(host.asked[1]?.signal.aborted).toBe(false)
    })
  })
}
