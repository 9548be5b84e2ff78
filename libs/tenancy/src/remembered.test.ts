import { Failure, makeManualClock } from '@voicebox/kernel'
import { describe, expect, it } from 'vitest'
import { rememberByTenant } from './index.ts'

function open(options: { maxTenants?: number } = {}) {
  const clock = makeManualClock(1_000_000)
  const source = {
    value: 'first',
    isAway: false,
    reads: [] as string[],
    /** What a reading waits for. */
    gate: Promise.resolve(),
    isReachable: () => true,
    async read(tenantId: string) {
      source.reads.push(tenantId)
      const { value, isAway } = source
      await source.gate
      if (isAway) throw new Failure('dependency', 'database_failed', 'Postgres did not answer')
      return `${value} of ${tenantId}`
    },
  }
  return { clock, source, remembered: rememberByTenant({ source, clock, ...options }) }
}

describe('What is remembered of a tenant', () => {
  it('is read once for as long as it is fresh, and for all who ask at a time', async () => {
    const { clock, source, remembered } = open()
    expect(remembered.known('one')).toBeNull()
    expect(await Promise.all([remembered.of('one'), remembered.of('one')])).toEqual(['first of one', 'first of one'])
    await remembered.of('one')
    expect(source.reads).toEqual(['one'])
    source.value = 'second'
    clock.advance(3_000)
    expect(remembered.known('one')).toBe('first of one')
    expect(await remembered.of('one')).toBe('second of one')
  })

  it('is answered as it was while the source is away, and not for who was never read', async () => {
    const { clock, source, remembered } = open()
    await remembered.of('one')
    source.isAway = true
    clock.advance(3_600_000)
    expect(await remembered.of('one')).toBe('first of one')
    await expect(remembered.of('two')).rejects.toMatchObject({ kind: 'dependency' })
    const reads = source.reads.length
    source.isReachable = () => false
    expect(await remembered.of('one')).toBe('first of one')
    expect(source.reads).toHaveLength(reads)
  })

  it('is read anew once it was told to have changed, also where that was told in the midst of a reading', async () => {
    const { source, remembered } = open()
    await remembered.of('one')
    source.value = 'second'
    remembered.changed('one')
    const slow = Promise.withResolvers<void>()
    source.gate = slow.promise
    const old = remembered.of('one')
    source.gate = Promise.resolve()
    source.value = 'third'
    remembered.changed('one')
    expect(await remembered.of('one')).toBe('third of one')
    slow.resolve()
    expect(await old).toBe('third of one')
    expect(remembered.known('one')).toBe('third of one')
  })

  it('is bounded: who was not asked for the longest is forgotten', async () => {
    const { source, remembered } = open({ maxTenants: 2 })
    for (const tenant of ['one', 'two', 'one', 'three', 'one', 'two']) await remembered.of(tenant)
    expect(source.reads).toEqual(['one', 'two', 'three', 'two'])
  })
})
