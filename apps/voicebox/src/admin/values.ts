import { parseArgs } from 'node:util'
import { defaultTenantId, isTenantId, type Scope, scopes } from '@voicebox/tenancy'

export type Values = ReturnType<typeof parse>['values']

export function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenant: { type: 'string', default: defaultTenantId },
      name: { type: 'string' },
      scope: { type: 'string', multiple: true, default: [] },
      expires: { type: 'string' },
      limit: { type: 'string', default: '50' },
      after: { type: 'string' },
      strangers: { type: 'boolean', default: false },
      state: { type: 'string' },
      kind: { type: 'string' },
      model: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      session: { type: 'string' },
      oldest: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      event: { type: 'string', multiple: true, default: [] },
      csv: { type: 'boolean', default: false },
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}

export function readTenant(id: string): string {
  if (isTenantId(id)) return id
  throw new Error(`'${id}' cannot name a tenant: small letters, digits, - and _, 63 at most.`)
}

export function readName(name: string): string {
  if (name.trim() !== '' && name.length <= 200) return name
  throw new Error('--name: expected 1 to 200 characters.')
}

export function readScope(given: string): Scope {
  const scope = scopes.find((one) => one === given)
  if (scope === undefined) throw new Error(`--scope: '${given}' is not one of ${scopes.join(', ')}.`)
  return scope
}

export function readLimit(given: string): string {
  const limit = Number(given)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return given
  throw new Error('--limit: expected 1 to 100.')
}

/** Values are JSON, or else text: `sessions=5`, `models=["a"]`, `voice=alloy`. */
export function readPairs(pairs: readonly string[]): Record<string, unknown> {
  const read = pairs.map((pair): [string, unknown] => {
    const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) throw new Error(`'${pair}' is not NAME=VALUE.`)
    try {
      return [name, JSON.parse(value) as unknown]
    } catch {
      return [name, value]
    }
  })
  return Object.fromEntries(read)
}

const unitsMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Null: never. */
export function readExpiry(given: string | undefined, nowMs: number): string | null {
  if (given === undefined) return null
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(given) ?? []
  const at = new Date(count === undefined ? given : nowMs + Number(count) * (unitsMs[unit] ?? 0))
  if (!Number.isNaN(at.getTime()) && at.getTime() > nowMs) return at.toISOString()
  throw new Error(`--expires: '${given}' is neither a time to come (2030-01-31) nor a duration (30m, 12h, 90d).`)
}

/** What a list is asked for, of what was given. */
export function readQuery(
  values: Values,
  names: readonly ('state' | 'kind' | 'model' | 'from' | 'to' | 'session' | 'after')[],
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])))
}
