import { usePostgres } from '@voicebox/store/testing'
import { useRedis } from '@voicebox/streams/testing'
import { describe, expect, it } from 'vitest'
import { makeTenants, openTestApi } from './api.testing.ts'
import { makeBound } from './bound.ts'

describe('The admin API', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const redis = useRedis().handle()

  it('takes so much a minute of one key, and tells when it takes more', async () => {
    await makeTenants(store)
    const clock = { now: () => 90_000, after: () => () => {} }
    const api = openTestApi(store, redis, { requestsPerMinute: 2, clock })
    const asked = []
    for (let at = 0; at < 3; at += 1) asked.push(await api.ask('tenant', 'get', '/me'))
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(asked[2]).toMatchObject({ json: { code: 'rate_limit_exceeded' } })
    expect(asked[2]?.headers.get('retry-after')).toBe('30')
    expect((await api.ask('platform', 'get', '/me')).status).toBe(200)
    await api.close()
  })

  it('takes as much again in the next minute', () => {
    let nowMs = 59_999
    const bound = makeBound({ perMinute: 1, clock: { now: () => nowMs } })
    expect([bound.take('one'), bound.take('one')]).toEqual([0, 1])
    nowMs = 60_000
    expect(bound.take('one')).toBe(0)
  })

  it('has a page that fetches nothing and runs nothing, with all that the document has', async () => {
    const api = openTestApi(store, redis)
    const { text, type, headers } = await api.ask('nobody', 'get', '/docs')
    expect(type).toContain('text/html')
    const references = [...text.matchAll(/\b(?:src|href|action|url|srcset|data)\s*[=(]\s*["']?([^"'\s>)]+)/gi)]
    expect(references.map(([, to]) => to)).toEqual(['openapi.json'])
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|\son\w+=/i)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    const { json } = await api.ask('nobody', 'get', '/openapi.json')
    const paths = json.paths as Record<string, Record<string, { operationId: string }>>
    const ids = Object.values(paths).flatMap((own) => Object.values(own).map(({ operationId }) => operationId))
    expect(ids.length).toBeGreaterThan(50)
    for (const id of ids) expect(text).toContain(`id="${id}"`)
    await api.close()
  })

  it('says what may be done at a path, and what a body may be', async () => {
    const api = openTestApi(store, redis)
    const put = await api.ask('platform', 'put', '/tenants')
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
    expect((await api.ask('platform', 'get', '/none')).status).toBe(404)
    const huge = await api.ask('platform', 'post', '/tenants', { id: 'huge', name: 'x'.repeat(70_000) })
    expect(huge).toMatchObject({ status: 413, json: { code: 'body_too_large' } })
    await api.close()
  })

  it('has usage as a table for spreadsheets, for whoever asks for one', async () => {
    const api = openTestApi(store, redis)
    const asked = await api.ask('tenant', 'get', '/tenants/own/usage', undefined, { accept: 'text/csv' })
    expect([asked.type, asked.text]).toEqual([
      'text/csv; charset=utf-8; header=present',
      'day,model,modality,amount\r\n',
    ])
    const wrong = await api.ask('tenant', 'get', '/tenants/own/usage?from=2026-02-02&to=2026-02-01')
    expect(wrong).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    const yearZero = await api.ask('tenant', 'get', '/tenants/own/usage?to=0000-01-01')
    expect(yearZero).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    await api.close()
  })
})
