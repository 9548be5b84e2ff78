import { parseAllowList } from '@voicebox/outbound'
import type { ToolError } from '@voicebox/streams'
import { describe, expect, it } from 'vitest'
import { makeGuardedFetch } from './guarded-fetch.ts'
import { startHttpServer } from './http-server.testing.ts'

describe('A guarded fetch', () => {
  it('leads to one origin only, whatever is allowed elsewhere', async () => {
    const here = await startHttpServer((_, response) => void response.end('here'))
    const elsewhere = await startHttpServer((_, response) => void response.end('elsewhere'))
    const allow = parseAllowList([here.origin, elsewhere.origin])
    const faults: ToolError[] = []
    const onFault = (error: ToolError): void => void faults.push(error)
    const { fetch, close } = makeGuardedFetch({ url: new URL(here.url), allow, onFault, onStreamEnd: () => {} })
    expect(await (await fetch(`${here.origin}/other`)).text()).toBe('here')
    await expect(fetch(elsewhere.url)).rejects.toThrow('leads elsewhere')
    expect(faults).toMatchObject([{ type: 'protocol_error', code: -32600 }])
    expect(elsewhere.connections()).toBe(0)
    await close()
    await Promise.all([here.close(), elsewhere.close()])
  })
})
