import type { LookupFunction } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { list } from './ask.testing.ts'
import { makeCheckedLookup, notPublic } from '@voicebox/outbound'
import { type HttpServer, afterIntroduction, answer, startHttpServer } from './http-server.testing.ts'

/** Names lead to the next of these, the last of them also from then on. */
const leadingTo = (...answers: string[][]): LookupFunction & { asked: string[] } => {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, options, callback) => {
    asked.push(hostname)
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all === true) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  }
  return Object.assign(lookup, { asked })
}

describe('An MCP server that is not public', () => {
  let server: HttpServer
  beforeEach(async () => {
    server = await startHttpServer(afterIntroduction((message, response) => answer(message, response, { tools: [] })))
  })
  afterEach(() => server.close())

  const refused = (message: string) => ({ kind: 'listing_failed', code: 'protocol_error', message })

  it.each([
    'http://127.0.0.1',
    'https://127.0.0.1',
    'https://localhost',
    'https://[::ffff:127.0.0.1]',
    'https://2130706433',
  ])('is not asked at %s', async (origin) => {
    const result = await list(`${origin}:${server.port}/mcp`, { allow: [] })
    expect(result).toMatchObject({ kind: 'listing_failed', code: 'protocol_error' })
    expect(JSON.stringify(result)).toMatch(/not public|not https/)
    expect(server.connections()).toBe(0)
  })

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['8.8.8.8', '127.0.0.1']],
    [['169.254.169.254']],
    [[]],
  ])('is not connected to when a name leads to %j', async (addresses) => {
    const lookup = leadingTo(addresses)
    const result = await list(`https://mcp.example.org:${server.port}/mcp`, { allow: [], lookup })
    expect(result).toMatchObject(refused('The server’s name leads to an address that is not public'))
    expect(lookup.asked).toEqual(['mcp.example.org'])
    expect(server.connections()).toBe(0)
  })

  it('is asked where the operator allows its name', async () => {
    const allow = [`http://*.internal.example:${server.port}`]
    const lookup = leadingTo(['127.0.0.1'])
    const url = `http://tools.internal.example:${server.port}/mcp`
    expect(await list(url, { allow, lookup })).toMatchObject({ kind: 'tools_listed' })
    expect(await list(url.replace('tools.', ''), { allow, lookup })).toMatchObject({ kind: 'listing_failed' })
  })
})

describe('A checked lookup', () => {
  const ask = (lookup: LookupFunction, all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      lookup('a.example', { all }, (error, found) => resolve(error?.code ?? found))
    })

  it('refuses a name that leads elsewhere the second time', async () => {
    const lookup = makeCheckedLookup(leadingTo(['8.8.8.8'], ['10.0.0.1']))
    expect(await ask(lookup, true)).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await ask(lookup, true)).toBe(notPublic)
  })

  it('checks all addresses, also for a socket that asks for one', async () => {
    const mixed = ['8.8.8.8', '10.0.0.1']
    expect(await ask(makeCheckedLookup(leadingTo(['8.8.8.8', '1.1.1.1'])), false)).toBe('8.8.8.8')
    expect(await ask(makeCheckedLookup(leadingTo(mixed)), false)).toBe(notPublic)
  })

  it('passes on that a name is unknown', async () => {
    const unknown: LookupFunction = (_, __, callback) => callback(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])
    expect(await ask(makeCheckedLookup(unknown), true)).toBe('ENOTFOUND')
  })
})
