import { makeManualClock, silentLog } from '@voicebox/kernel'
import { addApiKey, createTenant, makeKeySource, openStore, revokeApiKey, setSuspended } from '@voicebox/store'
import { usePostgres } from '@voicebox/store/testing'
import { tellKeyChange } from '@voicebox/streams'
import { useRedis } from '@voicebox/streams/testing'
import { type KeyRing, makeKeyRing, newApiKey } from '@voicebox/tenancy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeAuthentication } from '../authenticate.ts'
import { type Guest, watchKeys } from './key-watch.ts'

const postgres = usePostgres()
const server = useRedis()
const redis = server.handle()
const patient = { timeout: 15_000, interval: 5 }

const graceMs = 5_000
const tenants = ['one', 'two'] as const

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('create'),
      tenant: fc.constantFrom(...tenants),
      livesS: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke'), which: fc.nat(9), isTold: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('suspend', 'resume'),
      tenant: fc.constantFrom(...tenants),
      isTold: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('use'), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('guess'), which: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('fail', 'recover') }) },
)
const histories = fc.array(act, { minLength: 20, maxLength: 60, size: 'max' })

interface Key {
  key: string
  id: string
  prefix: string
  tenant: (typeof tenants)[number]
  expiresAtMs: number
  isRevoked: boolean
  /** When something last became of it or of its tenant, and whether gateways were told. */
  changedAtMs: number
  isTold: boolean
  /** It was let in after that. */
  isWarm: boolean
}

describe('Property: authentication enforcement', () => {
  const reached = { 'let in': 0, 'kept out': 0, 'let in while the database is away': 0, 'shown out': 0 }

  it('nobody is let in who must not be, warm valid keys always are, and whoever is in leaves with the key', async () => {
    await fc.assert(fc.asyncProperty(histories, live), { numRuns: 40, endOnFailure: true })
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(5)
  }, 240_000)

  async function live(history: typeof histories extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const store = openStore({ url: postgres.url, name: 'test', log: silentLog })
    const clock = makeManualClock(Date.now())
    let heard = 0
    const made = makeKeyRing({ source: makeKeySource(store), clock, staleMs: 3_600_000 })
    const ring: KeyRing = {
      ...made,
      changed(change) {
        made.changed(change)
        heard += 1
      },
    }
    const watch = await watchKeys({ ring, redis, clock, log: silentLog })
    const secrets = { find: async () => null, redeem: async () => false }
    const authenticate = makeAuthentication({ ownKey: null, ring, secrets })
    const keys: Key[] = []
    const guests: { key: Key; isOut: boolean }[] = []
    const suspended = new Set<string>()
    let isAway = false
    const isGood = ({ isRevoked, expiresAtMs, tenant }: Key): boolean =>
      !isRevoked && expiresAtMs > clock.now() && !suspended.has(tenant)
    const isSettled = ({ changedAtMs, isTold }: Key): boolean =>
      isTold || (!isAway && clock.now() - changedAtMs >= graceMs)

    function change(those: Key[], isTold: boolean): void {
      for (const key of those) Object.assign(key, { changedAtMs: clock.now(), isTold, isWarm: false })
    }

    async function use(key: Key): Promise<void> {
      const identity = await authenticate(key.key, '192.0.2.1').catch(() => 'unavailable' as const)
      const isLetIn = identity !== null && identity !== 'unavailable'
      reached[isLetIn ? 'let in' : 'kept out'] += 1
      if (isLetIn && key.expiresAtMs <= clock.now()) throw new Error('An expired key was let in')
      if (isLetIn && !isGood(key) && isSettled(key)) throw new Error('A key was let in that must not be')
      if (isGood(key) && (key.isWarm || (!isAway && isSettled(key)))) {
        if (!isLetIn) throw new Error(`A valid key was kept out: ${JSON.stringify({ isAway, ...key, identity })}`)
        if (isAway) reached['let in while the database is away'] += 1
      }
      if (!isLetIn) return
      expect(identity).toMatchObject({ tenantId: key.tenant, keyPrefix: key.prefix })
      key.isWarm = isGood(key)
      const guest = { key, isOut: false }
      guests.push(guest)
      watch.add({ keyPrefix: key.prefix, revoked: () => void (guest.isOut = true) } satisfies Guest)
    }

    async function settleGuests(): Promise<void> {
      const leaving = guests.filter(({ key }) => !isGood(key) && isSettled(key))
      await expect.poll(() => leaving.every(({ isOut }) => isOut), patient).toBe(true)
      reached['shown out'] += leaving.length
      for (const { key, isOut } of guests) {
        if (isOut && isGood(key) && key.changedAtMs === 0) throw new Error('A guest was shown out whose key is good')
      }
    }

    try {
      for (const id of tenants) await createTenant(store, { id, name: id })
      for (const id of tenants) await setSuspended(store, id, false)
      for (const one of history) {
        const key = 'which' in one ? keys[one.which % Math.max(1, keys.length)] : undefined
        switch (one.kind) {
          case 'create': {
            if (isAway) break
            const { key: text, prefix, hash } = newApiKey()
            const expiresAtMs = one.livesS === null ? Infinity : clock.now() + one.livesS * 1_000
            const expiresAt = one.livesS === null ? null : new Date(expiresAtMs)
            const about = { tenantId: one.tenant, name: 'k', scopes: ['realtime'] as const, expiresAt }
            const { id = '' } = (await addApiKey(store, { ...about, prefix, hash })) ?? {}
            keys.push({
              key: text,
              id,
              prefix,
              tenant: one.tenant,
              expiresAtMs,
              isRevoked: false,
              changedAtMs: 0,
              isTold: true,
              isWarm: false,
            })
            break
          }
          case 'revoke':
            if (isAway || key === undefined || key.isRevoked) break
            await revokeApiKey(store, key.tenant, key.id)
            key.isRevoked = true
            change([key], one.isTold)
            if (one.isTold) await tell({ kind: 'key_revoked', prefix: key.prefix })
            break
          case 'suspend':
          case 'resume': {
            if (isAway || suspended.has(one.tenant) === (one.kind === 'suspend')) break
            await setSuspended(store, one.tenant, one.kind === 'suspend')
            if (one.kind === 'suspend') suspended.add(one.tenant)
            else suspended.delete(one.tenant)
            const own = keys.filter(({ tenant }) => tenant === one.tenant)
            change(own, one.isTold)
            if (!one.isTold) break
            await tell({ kind: one.kind === 'suspend' ? 'tenant_suspended' : 'tenant_resumed', tenantId: one.tenant })
            break
          }
          case 'use':
            if (key !== undefined) await use(key)
            break
          case 'guess': {
            const guess = key === undefined ? newApiKey().key : `${key.prefix}${'0'.repeat(48)}`
            expect(await authenticate(guess, '192.0.2.1').catch(() => null)).toBeNull()
            break
          }
          case 'wait':
            for (let second = 0; second < one.seconds; second++) {
              clock.advance(1_000)
              await Promise.all(guests.map(({ key: { prefix } }) => ring.recheck(prefix).catch(() => null)))
            }
            await settleGuests()
            break
          case 'fail':
          case 'recover': {
            if (isAway === (one.kind === 'fail')) break
            isAway = one.kind === 'fail'
            await (isAway ? postgres.stop() : postgres.start())
            await expect.poll(() => store.isReady(), patient).toBe(!isAway)
            break
          }
        }
      }
    } finally {
      if (isAway) await postgres.start()
      await watch.close()
      await store.close()
    }

    /** Resolves when the gateway has heard it. */
    async function tell(told: Parameters<typeof tellKeyChange>[1]): Promise<void> {
      const before = heard
      await tellKeyChange(redis, told)
      await expect.poll(() => heard > before, patient).toBe(true)
    }
  }
})
