import { gzipSync } from 'node:zlib'
import { makeManualClock } from '@voicebox/kernel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, list } from './ask.testing.ts'
import { type HttpServer, afterIntroduction, answer, startHttpServer, writeForEver } from './http-server.testing.ts'

describe('An MCP server that does not do as it should', () => {
  let server: HttpServer
  let elsewhere: HttpServer | undefined
  afterEach(async () => {
    await server.close()
    await elsewhere?.close()
    elsewhere = undefined
  })

  const start = async (...[serve]: Parameters<typeof startHttpServer>): Promise<HttpServer> =>
    (server = await startHttpServer(serve))
  const failure = (type: string, code: number, message: string) => ({
    kind: 'tool_failed',
    error: { type, code, message },
  })

  it.each([
    [{ status: 500, said: 'Out of order' }, 'The server answered HTTP 500: Out of order'],
    [{ status: 503, said: '' }, 'The server answered HTTP 503'],
    [{ status: 404, said: 'Nothing here' }, 'The server answered HTTP 404: Nothing here'],
    [{ status: 500, said: 'x'.repeat(5_000) }, `The server answered HTTP 500: ${'x'.repeat(969)}…`],
  ])('has its status told: case %#', async ({ status, said }, message) => {
    await start((_, response) => void response.writeHead(status).end(said))
    expect(await call(server.url, 'echo', '{}')).toMatchObject(failure('http_error', status, message))
  })

  it.each([
    ['application/json', 'not json'],
    ['application/json', '{"jsonrpc":"2.0"}'],
    ['application/json', '[]garbage'],
    ['text/html', '<html></html>'],
    ['application/json', `{"jsonrpc":"2.0","id":0,"result":{"tools":"none"}}`],
  ])('is told not to speak MCP: %s %s', async (type, body) => {
    await start((_, response) => void response.writeHead(200, { 'content-type': type }).end(body))
    const message = 'The server’s answer is not MCP'
    expect(await call(server.url, 'echo', '{}')).toMatchObject(failure('protocol_error', -32700, message))
  })

  it.each(['application/json', 'text/event-stream', 'text/html'])('cannot fill the memory with %s', async (type) => {
    await start(afterIntroduction((_, response) => writeForEver(response, type, `: ${'x'.repeat(65_534)}`)))
    const result = await call(server.url, 'echo', '{}')
    if (type === 'text/html') expect(result).toMatchObject({ error: { code: -32700 } })
    else expect(result).toMatchObject(failure('http_error', 502, 'The server sent more than 4 MiB'))
  })

  it('cannot fill the memory with an error either', async () => {
    await start((_, response) => writeForEver(response, 'text/plain', 'x'.repeat(65_536), 500))
    const expected = failure('http_error', 502, 'The server sent more than 4 MiB')
    expect(await call(server.url, 'echo', '{}')).toMatchObject(expected)
  })

  it('cannot fill the memory by compression', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, ' '))
    await start((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
    })
    const expected = failure('http_error', 502, 'The server sent more than 4 MiB')
    expect(await call(server.url, 'echo', '{}')).toMatchObject(expected)
  })

  it.each(['{"content":"text"}', '{"content":{}}'])(
    'is told not to speak MCP where it answers a call with %s',
    async (json) => {
      await start(afterIntroduction((message, response) => answer(message, response, JSON.parse(json))))
      expect(await call(server.url, 'echo', '{}')).toMatchObject({ error: { type: 'protocol_error', code: -32700 } })
      expect(await list(server.url)).toMatchObject({ kind: 'listing_failed', code: 'protocol_error' })
    },
  )

  it('gains nothing by being wrong many times at once', async () => {
    const wrong = Array.from({ length: 250_000 }, () => ({ type: 'x' }))
    await start(
      afterIntroduction((message, response) => {
        answer(message, response, message.method === 'tools/call' ? { content: wrong } : { tools: wrong })
      }),
    )
    expect(await call(server.url, 'echo', '{}')).toMatchObject({ kind: 'tool_called' })
    expect(await list(server.url)).toMatchObject({ kind: 'tools_listed', tools: [] })
    await server.close()
    const serverInfo = { name: 'x', version: '1', icons: wrong }
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo }
    await start((message, response) => answer(message, response, result))
    expect(await list(server.url)).toMatchObject({ kind: 'listing_failed', code: 'protocol_error' })
  })

  it('cannot exhaust the stack by nesting', async () => {
    const depth = 1_000_000
    const nested = `{"content":[],"structuredContent":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    await start(
      afterIntroduction(({ id }, response) => {
        if (id === undefined) return void response.end()
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(`{"jsonrpc":"2.0","id":${id},"result":${nested}}`)
      }),
    )
    const output = '[structured output that is nested too deeply]'
    expect(await call(server.url, 'echo', '{}')).toMatchObject({ kind: 'tool_called', output })
  })

  it.each(['the introduction', 'the call'])('is given up when it never answers %s', async (when) => {
    const clock = makeManualClock()
    const silent = (): void => {}
    await start(when === 'the call' ? afterIntroduction(silent) : silent)
    const calling = call(server.url, 'echo', '{}', { clock })
    await vi.waitFor(() => expect(server.requests).toHaveLength(when === 'the call' ? 3 : 1))
    clock.advance(20_000)
    const message = 'The server took over 20000 ms'
    expect(await calling).toMatchObject(failure('http_error', 504, message))
  })

  it.each(['end', 'destroy'] as const)('is noticed to break off before it has answered: %s', async (how) => {
    const clock = makeManualClock() // so that nothing ends for being late
    await start(
      afterIntroduction((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(': working\n\n', () => response[how]())
      }),
    )
    const message = 'The server broke off before it had answered'
    expect(await call(server.url, 'echo', '{}', { clock })).toMatchObject(failure('http_error', 502, message))
  })

  it('cannot make the worker come back for ever', async () => {
    await start(
      afterIntroduction((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\nid: 1\ndata:\n\n')
      }),
    )
    const clock = makeManualClock()
    const message = 'The server wants too many requests'
    expect(await call(server.url, 'echo', '{}', { clock })).toMatchObject(failure('http_error', 502, message))
    expect(server.requests.length).toBeLessThan(140)
  })

  it('may take up an answer where its stream ended', async () => {
    await start(
      afterIntroduction((message, response, request) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const result = { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'late' }] } }
        if (message.method === 'tools/call') response.end('retry: 1\nid: e1\ndata:\n\n')
        else if (request.headers['last-event-id'] === 'e1') response.end(`data: ${JSON.stringify(result)}\n\n`)
      }),
    )
    expect(await call(server.url, 'echo', '{}')).toMatchObject({ kind: 'tool_called', output: 'late' })
    expect(server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(3)
  })

  it.each([302, 307, 308])('cannot lead elsewhere by a redirect: %i', async (status) => {
    elsewhere = await startHttpServer((_, response) => void response.end())
    const location = `${elsewhere.origin}/admin`
    await start((_, response) => void response.writeHead(status, { location }).end())
    expect(await call(server.url, 'echo', '{}')).toMatchObject({ error: { type: 'http_error', code: status } })
    expect(elsewhere.connections()).toBe(0)
  })

  it('may redirect within its origin', async () => {
    await start((message, response, request) => {
      if (request.url === '/mcp') response.writeHead(307, { location: '/mcp/' }).end()
      else return afterIntroduction((asked, to) => answer(asked, to, { content: [] }))(message, response, request)
    })
    expect(await call(server.url, 'echo', '{}')).toMatchObject({ kind: 'tool_called', output: '' })
  })

  it('cannot lead elsewhere by the endpoint of the older transport', async () => {
    elsewhere = await startHttpServer((_, response) => void response.end())
    const endpoint = `event: endpoint\ndata: ${elsewhere.origin}/admin\n\n`
    await start((_, response, request) => {
      if (request.method === 'GET') response.writeHead(200, { 'content-type': 'text/event-stream' }).write(endpoint)
      else response.writeHead(405).end()
    })
    expect(await call(server.url, 'echo', '{}')).toMatchObject(
      failure('http_error', 405, 'The server answered HTTP 405'),
    )
    expect(elsewhere.connections()).toBe(0)
  })

  it('is not asked in return for what it asks', async () => {
    const asked: unknown[] = []
    await start(
      afterIntroduction((message, response) => {
        if (message.method !== 'tools/list') {
          asked.push(message)
          return void response.writeHead(202).end()
        }
        const sampling = {
          jsonrpc: '2.0',
          id: 9,
          method: 'sampling/createMessage',
          params: { messages: [], maxTokens: 1 },
        }
        const result = { jsonrpc: '2.0', id: message.id, result: { tools: [] } }
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: ${JSON.stringify(sampling)}\n\ndata: ${JSON.stringify(result)}\n\n`)
      }),
    )
    expect(await list(server.url)).toMatchObject({ kind: 'tools_listed', tools: [] })
    expect(asked).toMatchObject([{ id: 9, error: { code: -32601 } }])
  })
})
