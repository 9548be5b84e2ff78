/** What a metric calls a tenant: by its id where the configuration asks for that, `*` being all, else `other`. */
export function labelTenants(named: readonly string[]): (tenantId: string) => string {
  const own = new Set(named)
  return (tenantId) => (own.has('*') || own.has(tenantId) ? tenantId : 'other')
}

/** Keeps a gauge of how many of something each tenant has. A tenant that has none any more is told as 0. */
export function countByTenant(
  gauge: { set(value: number, labels: { tenant: string }): void },
  labelOf: (tenantId: string) => string,
): (tenantId: string, by: 1 | -1) => void {
  const counts = new Map<string, number>() // only tenants that have one
  return (tenantId, by) => {
    const tenant = labelOf(tenantId)
    const count = (counts.get(tenant) ?? 0) + by
    if (count === 0) counts.delete(tenant)
    else counts.set(tenant, count)
    gauge.set(count, { tenant })
  }
}
