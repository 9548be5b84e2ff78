import { describe, expect, it } from 'vitest'
import { parseAllowList } from './index.ts'

describe('The list of allowed MCP servers', () => {
  it.each([
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/mcp?a=b'],
    ['http://127.0.0.1:9000', 'http://2130706433:9000/'],
    ['http://[::1]:9000', 'http://[::1]:9000/mcp'],
    ['https://mcp.example', 'https://MCP.example:443/'],
    ['https://*.internal.example', 'https://a.internal.example/'],
    ['https://*.internal.example:8443', 'https://a.b.internal.example:8443/'],
  ])('admits by %s: %s', (pattern, url) => {
    expect(parseAllowList([pattern]).admits(new URL(url))).toBe(true)
  })

  it.each([
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9001/'],
    ['http://127.0.0.1:9000', 'https://127.0.0.1:9000/'],
    ['https://*.internal.example', 'http://a.internal.example/'],
    ['https://*.internal.example', 'https://internal.example/'],
    ['https://*.internal.example', 'https://evilinternal.example/'],
    ['https://*.internal.example', 'https://a.internal.example.evil/'],
    ['https://*.internal.example', 'https://a.internal.example:8443/'],
  ])('does not admit by %s: %s', (pattern, url) => {
    expect(parseAllowList([pattern]).admits(new URL(url))).toBe(false)
  })

  it.each([
    'mcp.example',
    'https://',
    'https://a/path',
    'https://u:p@a',
    'https://*',
    'https://a*.b',
    'ftp://a',
    'https://*.*.a',
  ])('refuses %s, and names its place', (pattern) => {
    expect(() => parseAllowList(['https://a', pattern])).toThrow('VOICEBOX_MCP_ALLOW.1: expected an origin')
  })
})
