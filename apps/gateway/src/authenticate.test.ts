import { describe, expect, it } from 'vitest'
import { makeSingleKeyAuthentication } from './authenticate.ts'
import type { UpgradeRequest } from './transport/index.ts'

function request(headers: Record<string, string>, protocols: string[] = []): UpgradeRequest {
  return {
    path: '/v1/realtime',
    query: new URLSearchParams(),
    header: (name) => headers[name.toLowerCase()],
    protocols,
    remoteAddress: '127.0.0.1',
    signal: new AbortController().signal,
  }
}

describe('Authentication by one key', () => {
  const authenticate = makeSingleKeyAuthentication('sk-right-key')

  it('takes the key from the bearer header or from a browser’s subprotocol', () => {
    expect(authenticate(request({ authorization: 'Bearer sk-right-key' }))).toEqual({ tenantId: 'default' })
    expect(authenticate(request({ authorization: 'bearer  sk-right-key' }))).toEqual({ tenantId: 'default' })
    expect(authenticate(request({}, ['realtime', 'openai-insecure-api-key.sk-right-key']))).toEqual({
      tenantId: 'default',
    })
  })

  it.each([
    request({}),
    request({ authorization: 'Bearer' }),
    request({ authorization: 'Bearer sk-right-key-and-more' }),
    request({ authorization: 'Basic sk-right-key' }),
    request({}, ['openai-insecure-api-key.']),
    request({ authorization: 'Bearer sk-wrong' }, ['openai-insecure-api-key.sk-right-key']),
  ])('refuses everything else (%#)', (wrong) => expect(authenticate(wrong)).toBeNull())
})
