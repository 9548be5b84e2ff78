import { describe, expect, it, vi } from 'vitest'
import { askHttp, askHttpAndLeave, sendRaw } from './clients.ts'
import type { OpenHost } from './host.ts'

/** HTTP on the same port: what every transport promises. */
export function httpConformance(open: OpenHost): void {
  describe('HTTP on the same port', () => {
    const mirror = async (request: Request, { remoteAddress }: { remoteAddress: string }): Promise<Response> => {
      const { method, url, headers } = request
      return Response.json({
        method,
        path: url.replace(/^.*?:\d+/, ''),
        x: headers.get('x-one'),
        body: await request.text(),
        remoteAddress,
      })
    }

    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('serves %s with query, headers and body', async (method) => {
      const host = await open({ fetch: mirror })
      const body = method === 'GET' ? '' : '{"name":"żółw"}'
      const answer = await askHttp(host.url('/v1/things?a=1&b=2'), { method, headers: { 'x-one': '1' }, body })
      expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
      expect(JSON.parse(answer.body)).toEqual({
        method,
        path: '/v1/things?a=1&b=2',
        x: '1',
        body,
        remoteAddress: '127.0.0.1',
      })
    })

    it('passes on status, repeated headers and an empty body', async () => {
      const headers = new Headers([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ])
      const host = await open({ fetch: () => new Response(null, { status: 204, headers }) })
      expect(await askHttp(host.url('/'))).toMatchObject({
        status: 204,
        body: '',
        headers: { 'set-cookie': ['a=1', 'b=2'] },
      })
    })

    it('answers HEAD with headers alone', async () => {
      const host = await open({ fetch: () => new Response('hello', { headers: { 'x-kind': 'greeting' } }) })
      expect(await askHttp(host.url('/'), { method: 'HEAD' })).toMatchObject({
        status: 200,
        body: '',
        headers: { 'x-kind': 'greeting' },
      })
    })

    it.each([
      ['two lengths', 'Content-Length: 2\r\nContent-Length: 5'],
      ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
      ['an unknown encoding', 'Transfer-Encoding: xchunked'],
    ])('answers 400 to a body with %s', async (_case, headers) => {
      const fetch = vi.fn(() => new Response('taken'))
      const host = await open({ fetch })
      const text = `POST /v1/things HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n0\r\n\r\n`
      expect(await sendRaw(host.url('/'), text)).toMatch(/^HTTP\/1.1 400 /)
      expect(fetch).not.toHaveBeenCalled()
    })

    it('streams a long answer', async () => {
      let produced = 0
      const chunk = Buffer.alloc(64 * 1024, 'abcdefgh')
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (produced === 100) controller.close()
          else controller.enqueue(Uint8Array.from(chunk))
          produced += 1
        },
      })
      const host = await open({ fetch: () => new Response(stream) })
      const { body } = await askHttp(host.url('/'))
      expect(body.length).toBe(100 * chunk.length)
      expect(body === chunk.toString().repeat(100)).toBe(true)
    })

    it('stops producing an answer whose client has left', async () => {
      const cancelled = Promise.withResolvers<void>()
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
        cancel: () => cancelled.resolve(),
      })
      const host = await open({ fetch: () => new Response(stream) })
      await askHttpAndLeave(host.url('/'))
      await cancelled.promise
    })

    it('takes a body of 1 MiB and answers 413 to a larger one', async () => {
      const host = await open({
        fetch: async (request) => new Response(String((await request.arrayBuffer()).byteLength)),
      })
      const ask = (byteCount: number, headers: Record<string, string> = {}) =>
        askHttp(host.url('/'), { method: 'POST', body: Buffer.alloc(byteCount), headers })
      expect(await ask(mebibyte)).toMatchObject({ status: 200, body: String(mebibyte) })
      expect(await ask(mebibyte + 1)).toMatchObject({ status: 413 })
      expect(await ask(2 * mebibyte, { 'transfer-encoding': 'chunked' })).toMatchObject({ status: 413 })
    })

    it('answers 500 when the application throws, and says why only to the log', async () => {
      const host = await open({ fetch: () => Promise.reject(new Error('secret')) })
      const answer = await askHttp(host.url('/'))
      expect(answer.status).toBe(500)
      expect(answer.body).not.toContain('secret')
      expect(host.logged).toEqual([new Error('secret')])
    })

    it('treats a request for a WebSocket path without a handshake as plain HTTP', async () => {
      const host = await open({ fetch: () => new Response('use a WebSocket', { status: 426 }) })
      expect(await askHttp(host.url())).toMatchObject({ status: 426, body: 'use a WebSocket' })
      const foreign = await askHttp(host.url(), { headers: { connection: 'Upgrade', upgrade: 'h2c' } })
      expect(foreign).toMatchObject({ status: 426 })
      expect(host.asked).toEqual([])
    })
  })
}

const mebibyte = 1024 * 1024
