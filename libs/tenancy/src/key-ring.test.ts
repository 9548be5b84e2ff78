import { Failure, makeManualClock } from '@voicebox/kernel'
import { beforeEach, describe, expect, it } from 'vitest'
import { type KeyRecord, type KeyRing, makeKeyRing, newApiKey } from './index.ts'
import { makeLookups } from './lookups.ts'

const { key, prefix, hash } = newApiKey()
const staleMs = 60_000

const record: KeyRecord = {
  id: 'key_1',
  tenantId: 'acme',
  prefix,
  hash,
  scopes: ['realtime'],
  expiresAtMs: null,
  isRevoked: false,
  isSuspended: false,
}

let clock = makeManualClock()
let asked = 0
let kept: KeyRecord[] = []
let isAway = false
let ring: KeyRing
const verdictOf = async (presented = key): Promise<string> => {
  const { verdict, source } = await ring.check(presented)
  return `${verdict} by ${source}`
}

beforeEach(() => {
  clock = makeManualClock(1_000_000)
  asked = 0
  kept = [record]
  isAway = false
  const find = async (prefixes: readonly string[]): Promise<KeyRecord[]> => {
    asked += 1
    if (isAway) throw new Failure('dependency', 'database_failed', 'Away')
    return kept.filter((one) => prefixes.includes(one.prefix))
  }
  ring = makeKeyRing({ source: { find, isReachable: () => !isAway }, clock, staleMs })
})

describe('A key ring', () => {
  it('asks once for a key, and again when what it knows is not fresh any more', async () => {
    expect(await verdictOf()).toBe('valid by database')
    expect(await verdictOf()).toBe('valid by cache')
    clock.advance(3_000)
    expect(await verdictOf()).toBe('valid by database')
    expect(asked).toBe(2)
  })

  it('knows a key by all of it, and asks no more for one whose rest is wrong', async () => {
    await verdictOf()
    const wrong = `${prefix}${'0'.repeat(48)}`
    expect(await verdictOf(wrong)).toBe('unknown by cache')
    expect((await ring.check(wrong)).record).toBeNull()
    expect(asked).toBe(1)
  })

  it('asks nobody for what cannot be a key, and remembers for a while what nobody has', async () => {
    for (const odd of ['', 'sk-vb-', 'sk-other', `${key}0`, key.toUpperCase()]) {
      expect(await verdictOf(odd)).toBe('unknown by none')
    }
    const { key: nobodys } = newApiKey()
    expect([await verdictOf(nobodys), await verdictOf(nobodys)]).toEqual(['unknown by database', 'unknown by cache'])
    clock.advance(5_000)
    expect(await verdictOf(nobodys)).toBe('unknown by database')
  })

  it.each([
    ['revoked', { isRevoked: true }],
    ['suspended', { isSuspended: true }],
    ['expired', { expiresAtMs: 999_999 }],
  ] as const)('says of a key that it is %s', async (verdict, about) => {
    kept = [{ ...record, ...about }]
    expect(await verdictOf()).toBe(`${verdict} by database`)
    expect(await verdictOf()).toBe(`${verdict} by cache`)
    expect(await ring.recheck(prefix)).toBe(verdict)
  })

  it('answers for warm keys while the source is away, for so long; others cannot be judged', async () => {
    await verdictOf()
    isAway = true
    clock.advance(staleMs)
    expect(await verdictOf()).toBe('valid by stale')
    await expect(ring.check(newApiKey().key)).rejects.toMatchObject({ kind: 'dependency' })
    clock.advance(1)
    await expect(ring.check(key)).rejects.toMatchObject({ kind: 'dependency', code: 'keys_unavailable' })
    isAway = false
    expect(await verdictOf()).toBe('valid by database')
  })

  it('lets a key expire also while the source is away', async () => {
    kept = [{ ...record, expiresAtMs: clock.now() + 10_000 }]
    await verdictOf()
    isAway = true
    clock.advance(10_000)
    expect(await verdictOf()).toBe('expired by stale')
  })

  it('takes in at once what it is told', async () => {
    await verdictOf()
    ring.changed({ kind: 'tenant_suspended', tenantId: 'acme' })
    isAway = true
    expect(await verdictOf()).toBe('suspended by stale')
    isAway = false
    ring.changed({ kind: 'tenant_resumed', tenantId: 'acme' })
    expect(await verdictOf()).toBe('valid by database')
    ring.changed({ kind: 'key_revoked', prefix })
    expect(await verdictOf()).toBe('revoked by cache')
    clock.advance(10_000)
    expect(await verdictOf()).toBe('revoked by database') // though the source is behind
  })

  it('keeps warm keys warm in a flood of others', async () => {
    await verdictOf()
    for (let count = 0; count < 12_000; count += 500)
      await Promise.all(Array.from({ length: 500 }, () => ring.check(newApiKey().key)))
    isAway = true
    clock.advance(4_000)
    expect(await verdictOf()).toBe('valid by stale')
  })
})

describe('Lookups', () => {
  it('are one question at a time, whoever asks and however often', async () => {
    const questions: string[][] = []
    let atATime = 0
    const lookups = makeLookups(
      {
        async find(prefixes) {
          expect((atATime += 1)).toBe(1)
          questions.push([...prefixes])
          await Promise.resolve()
          atATime -= 1
          return []
        },
      },
      4,
    )
    const all = ['a', 'b', 'a', 'c', 'd', 'e', 'a']
    expect(await Promise.all(all.map((one) => lookups.find(one)))).toEqual(all.map(() => null))
    expect(questions).toEqual([['a', 'b', 'c', 'd'], ['e']])
  })

  it('that are too many are refused', async () => {
    const { promise, resolve } = Promise.withResolvers<KeyRecord[]>()
    const lookups = makeLookups({ find: () => promise }, 1, 2)
    const first = lookups.find('a')
    await Promise.resolve()
    await Promise.resolve()
    const others = ['b', 'c'].map((one) => lookups.find(one))
    await expect(lookups.find('d')).rejects.toMatchObject({ kind: 'capacity' })
    resolve([])
    expect(await Promise.all([first, ...others])).toEqual([null, null, null])
  })
})
