import { describe, expect, it } from 'vitest'
import { refusalOfServerHeaders } from './index.ts'

describe('The headers for an MCP server', () => {
  it('may say what they like as long as it is theirs to say', () => {
    const headers = { 'X-Api-Key': 'k3y', cookie: 'a=b; c="d"', 'x-empty': '' }
    expect(refusalOfServerHeaders({ authorization: 'token', headers })).toBeNull()
    expect(refusalOfServerHeaders({})).toBeNull()
  })

  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'CONNECTION',
    'upgrade',
    'Mcp-Session-Id',
    'mcp-protocol-version',
  ])('may not set %s', (name) => {
    expect(refusalOfServerHeaders({ headers: { [name]: 'x' } })).toContain(name)
  })

  it.each(['a\r\nhost: b', 'a\nb', 'a\rb', 'a\0b', 'a\u2028b'])('may not have more than a line: %j', (value) => {
    expect(refusalOfServerHeaders({ headers: { 'x-a': value } })).toContain('x-a')
    expect(refusalOfServerHeaders({ authorization: value })).toContain('authorization')
    expect(refusalOfServerHeaders({ headers: { [value]: 'x' } })).toContain('name')
  })

  it('are never quoted', () => {
    expect(refusalOfServerHeaders({ headers: { host: 's3cret' } })).not.toContain('s3cret')
    expect(refusalOfServerHeaders({ authorization: 's3cret\n' })).not.toContain('s3cret')
  })

  it('are so many at most', () => {
    const headers = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x-${index}`, 'x']))
    expect(refusalOfServerHeaders({ headers })).toContain('64')
  })
})
