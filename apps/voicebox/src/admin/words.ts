import type { ApiKey, AuditRecord, Tenant } from '@voicebox/store'

export function tenantTable(tenants: readonly Tenant[]): string {
  const rows = tenants.map(({ id, name, createdAt, suspendedAt }) => [
    id,
    suspendedAt === null ? 'active' : `suspended ${time(suspendedAt)}`,
    time(createdAt),
    name,
  ])
  return table(['tenant', 'state', 'since', 'name'], rows)
}

export function keyTable(keys: readonly ApiKey[], nowMs: number): string {
  if (keys.length === 0) return 'There are no keys.\n'
  const rows = keys.map((key) => [
    key.id,
    `${key.prefix}…`,
    stateOf(key, nowMs),
    key.scopes.join(','),
    time(key.expiresAt),
    time(key.lastUsedAt),
    key.name,
  ])
  return table(['key', 'begins with', 'state', 'scopes', 'expires', 'last used', 'name'], rows)
}

export function auditTable(records: readonly AuditRecord[]): string {
  if (records.length === 0) return 'Nothing happened.\n'
  const rows = records.map(({ id, at, action, actor, subject, details }) => [
    id,
    time(at),
    action,
    actor,
    subject ?? '-',
    JSON.stringify(details),
  ])
  return table(['entry', 'at', 'what', 'who', 'to what', 'details'], rows)
}

function stateOf({ revokedAt, expiresAt }: ApiKey, nowMs: number): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt.getTime() <= nowMs ? 'expired' : 'active'
}

const time = (at: Date | null): string => at?.toISOString().replace(/\.\d+Z$/, 'Z') ?? '-'

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}
