import { makeManualClock, silentLog } from '@voicebox/kernel'
import { createTenant, writeQuotas } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { tellKeyChange } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTerms, type Subject, type Terms } from './open-terms.ts'
import type { TenantTerms } from './tenant-terms.ts'

const patient = { timeout: 20_000, interval: 10 }
const rateLimits = {
  requestsPerMinute: 10,
  tokensPerMinute: null,
  windowMs: 60_000,
  sessions: 5,
  sessionMaxS: null,
  audioMinutesPerDay: null,
}

describe('The terms of tenants', () => {
  const postgres = usePostgres()
  const store = postgres.store()
  const redis = useRedis().handle()
  const opened: Terms[] = []
  beforeAll(async () => {
    for (const id of ['one', 'two', 'three']) await createTenant(store, { id, name: id })
  })
  afterEach(async () => {
    for (const terms of opened.splice(0)) await terms.close()
  })

  async function open() {
    const clock = makeManualClock(Date.now())
    const terms = await openTerms({ store, rateLimits, redis, clock, log: silentLog })
    opened.push(terms)
    return { clock, terms }
  }
  function subject(tenantId: string): Subject & { requests: (number | null)[] } {
    const requests: (number | null)[] = []
    return { tenantId, requests, termsChanged: (terms: TenantTerms) => void requests.push(terms.requests) }
  }

  it('are the installation’s where there is no database', async () => {
    const terms = await openTerms({ store: null, rateLimits, redis, clock: makeManualClock(0), log: silentLog })
    expect(await terms.of('anybody')).toMatchObject({ requests: 10, sessions: 5, models: null })
    await terms.close()
  })

  it('reach whoever lives by them as soon as a change is told, and nobody else', async () => {
    const { terms } = await open()
    expect(await terms.of('one')).toMatchObject({ requests: 10, sessions: 5 })
    const [its, other] = [subject('one'), subject('two')]
    terms.add(its)
    terms.add(other)
    for (const requestsPerMinute of [3, 30]) {
      await writeQuotas(store, 'one', { requestsPerMinute })
      await tellKeyChange(redis, { kind: 'tenant_changed', tenantId: 'one' })
      await vi.waitFor(() => expect(its.requests.at(-1)).toBe(requestsPerMinute), patient)
    }
    terms.remove(its)
    await writeQuotas(store, 'one', {})
    await tellKeyChange(redis, { kind: 'tenant_changed', tenantId: 'one' })
    await vi.waitFor(async () => expect(await terms.of('one')).toMatchObject({ requests: 10 }), patient)
    expect(its.requests.at(-1)).toBe(30)
    expect(other.requests).toEqual([])
  })

  it('are found out within five seconds where nobody tells', async () => {
    const { clock, terms } = await open()
    await terms.of('two')
    const its = subject('two')
    terms.add(its)
    await writeQuotas(store, 'two', { requestsPerMinute: 7 })
    for (let second = 0; second < 5; second++) {
      clock.advance(1_000)
      await new Promise(setImmediate) // what is still known is looked up at once
    }
    await vi.waitFor(() => expect(its.requests.at(-1)).toBe(7), patient)
  })

  it('are what they were while the database is away, and nobody’s who was never seen', async () => {
    const { clock, terms } = await open()
    await writeQuotas(store, 'three', { requestsPerMinute: 8 })
    await terms.of('three')
    await postgres.stop()
    try {
      clock.advance(3_600_000)
      expect(await terms.of('three')).toMatchObject({ requests: 8 })
      await expect(terms.of('unseen')).rejects.toMatchObject({ kind: 'dependency' })
    } finally {
      await postgres.start()
      await vi.waitFor(() => expect(store.isReady()).toBe(true), patient)
    }
    await writeQuotas(store, 'three', { requestsPerMinute: 9 })
    clock.advance(5_000)
    expect(await terms.of('three')).toMatchObject({ requests: 9 })
  })
})
