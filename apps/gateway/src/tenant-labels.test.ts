import { describe, expect, it } from 'vitest'
import { countByTenant, labelTenants } from './tenant-labels.ts'

describe('A metric', () => {
  it('names the tenants that it was asked to name, and no others', () => {
    expect(['acme', 'globex'].map(labelTenants(['acme']))).toEqual(['acme', 'other'])
    expect(['acme', 'globex'].map(labelTenants([]))).toEqual(['other', 'other'])
    expect(['acme', 'globex'].map(labelTenants(['*']))).toEqual(['acme', 'globex'])
  })

  it('counts what each tenant has', () => {
    const told: unknown[] = []
    const count = countByTenant({ set: (value, { tenant }) => void told.push([tenant, value]) }, labelTenants(['acme']))
    for (const [tenant, by] of [
      ['acme', 1],
      ['globex', 1],
      ['acme', 1],
      ['acme', -1],
      ['acme', -1],
    ] as const)
      count(tenant, by)
    expect(told).toEqual([
      ['acme', 1],
      ['other', 1],
      ['acme', 2],
      ['acme', 1],
      ['acme', 0],
    ])
  })
})
