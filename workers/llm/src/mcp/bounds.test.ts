import type { WorkerResult } from '@voicebox/streams'
import { afterEach, describe, expect, it } from 'vitest'
import { call, list } from './ask.testing.ts'
import { type HttpServer, type Message, afterIntroduction, answer, startHttpServer } from './http-server.testing.ts'

describe('What an MCP server says', () => {
  let server: HttpServer
  afterEach(() => server.close())

  const says = async (result: (message: Message) => unknown): Promise<string> => {
    server = await startHttpServer(
      afterIntroduction((message, response) => {
        if (message.id !== undefined) answer(message, response, result(message))
      }),
    )
    return server.url
  }
  const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more })
  const names = (result?: WorkerResult): string[] => {
    if (result?.kind !== 'tools_listed') throw new Error(`Not listed: ${JSON.stringify(result)}`)
    return result.tools.map(({ name }) => name)
  }

  it('is read page by page', async () => {
    const pages = [['a', 'b'], ['c'], ['d']]
    const url = await says(({ params }) => {
      const at = Number(params?.['cursor'] ?? 0)
      return { tools: pages[at]?.map((name) => tool(name)), ...(at < 2 ? { nextCursor: String(at + 1) } : {}) }
    })
    expect(names(await list(url))).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is read no further than 512 tools, and not for ever', async () => {
    let pages = 0
    const url = await says(() => {
      pages += 1
      return { tools: Array.from({ length: 100 }, (_, index) => tool(`${pages}-${index}`)), nextCursor: String(pages) }
    })
    expect(names(await list(url))).toHaveLength(512)
    expect(pages).toBe(6)
    await server.close()
    pages = 0
    const empty = await says(() => ({ tools: [], nextCursor: String((pages += 1)) }))
    expect(names(await list(empty))).toEqual([])
    expect(pages).toBe(64)
    await server.close()
    const same = await says(() => ({ tools: [], nextCursor: 'same' }))
    expect(names(await list(same))).toEqual([])
    expect(server.requests.length).toBeLessThan(6)
  })

  it('is left out where it is too large or no tool, and that is logged', async () => {
    const large = (chars: number) => ({ inputSchema: { type: 'object', title: 'x'.repeat(chars) } })
    const deep = JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`) as object
    const url = await says(() => ({
      tools: [
        tool('first'),
        tool('first', { description: 'again' }),
        tool('large', large(65_536)),
        tool('deep', { inputSchema: { type: 'object', properties: deep } }),
        tool('n'.repeat(257)),
        tool(''),
        'no tool',
        { name: 'no schema' },
        tool('no object', { inputSchema: { type: 'string' } }),
        tool('odd', { description: 1, annotations: [] }),
        tool('fits', large(60_000)),
        tool('annotated', { annotations: { title: 'x'.repeat(5_000) } }),
        tool('talkative', { description: `${'x'.repeat(4_095)}😀` }),
      ],
    }))
    const warnings: unknown[] = []
    const write = (): void => {}
    const log = { debug: write, info: write, error: write, warn: (fields: unknown) => void warnings.push(fields) }
    const result = await list(url, { log })
    expect(names(result)).toEqual(['first', 'odd', 'fits', 'annotated', 'talkative'])
    expect(result).toMatchObject({
      tools: [
        { description: '' },
        { description: '', annotations: null },
        { annotations: null },
        { annotations: null },
        { description: 'x'.repeat(4_095) },
      ],
    })
    expect(warnings).toMatchObject([{ leftOut: 8, taken: 5, label: 'tools' }])
  })

  it('is left out beyond a mebibyte of schemas', async () => {
    const inputSchema = { type: 'object', title: 'x'.repeat(60_000) }
    const url = await says(() => ({
      tools: [...Array.from({ length: 30 }, (_, index) => tool(String(index), { inputSchema })), tool('small')],
    }))
    const listed = names(await list(url))
    expect(listed).toHaveLength(18)
    expect(listed.at(-1)).toBe('small')
  })

  it('is cut where a tool says too much', async () => {
    const url = await says(() => ({ content: [{ type: 'text', text: 'x'.repeat(300_000) }] }))
    const result = await call(url, 'any', '{}')
    if (result?.kind !== 'tool_called') throw new Error('Not called')
    expect(result.output).toHaveLength(256 << 10)
    expect(result.output).toMatch(/x\n\[the rest was left out\]$/)
  })

  it('is text, line by line, and in words what is not text', async () => {
    const data = Buffer.alloc(30_000).toString('base64')
    const content = [
      { type: 'text', text: 'one' },
      { type: 'image', data, mimeType: 'image/png' },
      { type: 'audio', data, mimeType: 'audio/wav' },
      { type: 'resource', resource: { uri: 'file:///a.txt', text: 'inside' } },
      { type: 'resource_link', uri: 'file:///b.txt', name: 'b' },
      { type: 'hologram' },
      { type: 'text', text: 'two' },
    ]
    const url = await says(() => ({ content, structuredContent: { a: 1 } }))
    expect(await call(url, 'any', '{}')).toMatchObject({
      output: [
        'one',
        '[image of type image/png]',
        '[audio of type audio/wav]',
        '[resource file:///a.txt]',
        '[link to the resource file:///b.txt]',
        '[hologram]',
        'two',
      ].join('\n'),
    })
  })

  it('keeps no secret of its own accord, wherever it puts it', async () => {
    const secret = 's3cret "quoted"'
    const inputSchema = { type: 'object', properties: { [secret]: { default: [secret] } } }
    const url = await says(({ method }) => {
      if (method === 'tools/call') return { content: [], structuredContent: { [secret]: [{ a: secret }] } }
      return { tools: [tool('a', { description: `Ask with ${secret}`, inputSchema, annotations: { title: secret } })] }
    })
    const server = { headers: { 'x-key': secret } }
    expect(JSON.stringify(await list(url, { server }))).not.toContain('s3cret')
    expect(await call(url, 'a', '{}', { server })).toMatchObject({ output: '{"[redacted]":[{"a":"[redacted]"}]}' })
  })
})
