import { usePostgres } from '@voicebox/store/testing'
import { useRedis } from '@voicebox/streams/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeTenants, openTestApi } from './api.testing.ts'

describe('A call with an idempotency key', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const server = useRedis()
  const redis = server.handle()
  let api: ReturnType<typeof openTestApi>
  let told = Promise.resolve()
  beforeAll(async () => {
    api = openTestApi(store, redis, { tell: () => told })
    await makeTenants(store)
  })
  afterAll(() => api.close())

  const make = (key: string, body: object, who: 'platform' | 'tenant' = 'tenant') =>
    api.ask(who, 'post', '/tenants/own/keys', body, { 'idempotency-key': key })
  const names = async () => (await api.ask('tenant', 'get', '/tenants/own/keys')).json.data.map(({ name }) => name)

  it('is done once, and answered each time the same', async () => {
    const [first, again] = [await make('one', { name: 'once' }), await make('one', { name: 'once' })]
    expect(first).toMatchObject({ status: 201, json: { key: expect.stringMatching(/^sk-vb-/) as string } })
    expect([again.status, again.text]).toEqual([201, first.text])
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    expect((await names()).filter((name) => name === 'once')).toHaveLength(1)
  })

  it('is another one of whoever else has named it so', async () => {
    const [own, other] = [await make('mine', { name: 'a' }), await make('mine', { name: 'a' }, 'platform')]
    expect(other.status).toBe(201)
    expect(other.json.key).not.toBe(own.json.key)
  })

  it('is refused with another body, and what was refused is refused again', async () => {
    await make('body', { name: 'this' })
    expect(await make('body', { name: 'that' })).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    })
    expect(await names()).not.toContain('that')
    const refused = async () => (await make('wrong', { scopes: ['platform'] })).status
    expect([await refused(), await refused()]).toEqual([403, 403])
  })

  it('is refused while it is being done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    told = promise
    const suspend = () =>
      api.ask('platform', 'post', '/tenants/foreign/suspend', undefined, { 'idempotency-key': 'slow' })
    const first = suspend()
    const state = async () => (await api.ask('platform', 'get', '/tenants/foreign')).json.status
    await vi.waitFor(async () => expect(await state()).toBe('suspended'), { timeout: 20_000 })
    expect(await suspend()).toMatchObject({ status: 409, json: { code: 'call_in_progress' } })
    resolve()
    expect((await first).status).toBe(200)
    expect((await suspend()).headers.get('idempotent-replayed')).toBe('true')
  })

  it('keeps no answer that can be read without the caller’s key', async () => {
    const { json } = await make('sealed', { name: 'sealed' })
    const kept = await Promise.all((await server.keys('*')).map((name) => redis.commands.dumpBuffer(name)))
    expect(kept.length).toBeGreaterThan(0)
    expect(Buffer.concat(kept.map((one) => one ?? Buffer.alloc(0))).includes(String(json.key).slice(6, 40))).toBe(false)
  })
})
