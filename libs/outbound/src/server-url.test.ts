import { describe, expect, it } from 'vitest'
import { isPublicAddress, parseAllowList, refusalOfServerUrl } from './index.ts'

const none = parseAllowList([])

describe('The URL of an MCP server', () => {
  it.each([
    'https://mcp.example.org/mcp',
    'https://mcp.example.org:8443/mcp?project=1',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://localhost.example.org/',
  ])('is taken: %s', (url) => {
    expect(refusalOfServerUrl(url, none)).toBeNull()
  })

  it.each([
    ['', 'not a URL'],
    ['mcp.example.org', 'not a URL'],
    ['https://1.2.3.4.5/', 'not a URL'],
    ['http://mcp.example.org/', 'not https'],
    ['file:///etc/passwd', 'not https'],
    ['ws://mcp.example.org/', 'not https'],
    ['https://user@mcp.example.org/', 'credentials'],
    ['https://:pass@mcp.example.org/', 'credentials'],
    ['https://localhost/', 'not public'],
    ['https://LOCALHOST./', 'not public'],
    ['https://a.localhost/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://169.254.169.254/latest/meta-data', 'not public'],
    ['https://168.63.129.16/', 'not public'],
    ['https://[fd00:ec2::254]/', 'not public'],
    ['https://[fe80::1]/', 'not public'],
    ['https://[::]/', 'not public'],
    ['https://0/', 'not public'],
  ])('is refused: %s', (url, why) => {
    expect(refusalOfServerUrl(url, none)).toContain(why)
  })

  it('is taken where the operator allows it, but never with credentials in it', () => {
    const allow = parseAllowList(['http://127.0.0.1:9000', 'https://*.internal.example'])
    expect(refusalOfServerUrl('http://127.0.0.1:9000/mcp', allow)).toBeNull()
    expect(refusalOfServerUrl('https://a.internal.example/mcp', allow)).toBeNull()
    expect(refusalOfServerUrl('http://127.0.0.1:9001/mcp', allow)).toContain('not https')
    expect(refusalOfServerUrl('http://a:b@127.0.0.1:9000/mcp', allow)).toContain('credentials')
  })
})

describe('A public address', () => {
  it.each(['1.1.1.1', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.167.0.1', '2a00:1450::1'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  it.each(['mcp.example.org', '', '0.0.0.0', '100.100.100.200', '255.255.255.255', '224.0.0.1', '64:ff9b::a00:1'])(
    'is not %j',
    (address) => expect(isPublicAddress(address)).toBe(false),
  )
  it.each(['::127.0.0.1', '::7f00:1', '2002:7f00:1::', 'fe80::1%eth0', 'ff02::1', '4000::1'])('is not %s', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  )
})
