import { parseArgs } from 'node:util'
import { defaultTenantId, isTenantId, type Scope, scopes } from '@voicebox/tenancy'

/** What the command line asks for. */
export type Command =
  | { kind: 'tenants create'; id: string; name: string }
  | { kind: 'tenants list' }
  | { kind: 'tenants suspend' | 'tenants resume'; id: string }
  | { kind: 'keys create'; tenantId: string; name: string; scopes: Scope[]; expiresAt: Date | null }
  | { kind: 'keys list'; tenantId: string }
  | { kind: 'keys revoke'; tenantId: string; id: string }
  | { kind: 'audit list'; tenantId: string | null; limit: number; before: string | null }

export type Asked = { command: Command; isJson: boolean } | { help: true } | { wrong: string }

export function readArguments(args: readonly string[], nowMs: number): Asked {
  try {
    const { values, positionals } = parse(args)
    if (values.help || positionals[0] === 'help') return { help: true }
    return { command: commandOf(positionals, values, nowMs), isJson: values.json }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}

type Values = ReturnType<typeof parse>['values']

function commandOf([subject, verb, ...names]: string[], values: Values, nowMs: number): Command {
  const kind = [subject, verb].join(' ')
  const [name, ...more] = names
  const takesName = ['tenants create', 'tenants suspend', 'tenants resume', 'keys revoke'].includes(kind)
  if (more.length > 0 || (name !== undefined && !takesName)) throw new Error(`Too much: ${names.join(' ')}`)
  const tenantId = readTenant(values.tenant)
  switch (kind) {
    case 'tenants create': {
      const id = readTenant(required(name, 'the tenant'))
      return { kind, id, name: readName(values.name ?? id) }
    }
    case 'tenants suspend':
    case 'tenants resume':
      return { kind, id: readTenant(required(name, 'the tenant')) }
    case 'tenants list':
      return { kind }
    case 'keys create': {
      const given = values.scope.map(readScope)
      const about = { name: readName(values.name ?? 'API key'), expiresAt: readExpiry(values.expires, nowMs) }
      return { kind, tenantId, scopes: given.length === 0 ? ['realtime'] : [...new Set(given)], ...about }
    }
    case 'keys list':
      return { kind, tenantId }
    case 'keys revoke':
      return { kind, tenantId, id: required(name, 'the key, by the id that keys list shows') }
    case 'audit list':
      return {
        kind,
        tenantId: values.strangers ? null : tenantId,
        limit: readLimit(values.limit),
        before: readBefore(values.before),
      }
    default:
      throw new Error(`There is no command ${kind.trim() || '(none was given)'}.`)
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenant: { type: 'string', default: defaultTenantId },
      name: { type: 'string' },
      scope: { type: 'string', multiple: true, default: [] },
      expires: { type: 'string' },
      limit: { type: 'string', default: '50' },
      before: { type: 'string' },
      strangers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`Name ${what}.`)
  return value
}

function readTenant(id: string): string {
  if (isTenantId(id)) return id
  throw new Error(`'${id}' cannot name a tenant: small letters, digits, - and _, 63 at most.`)
}

function readName(name: string): string {
  if (name.trim() !== '' && name.length <= 200) return name
  throw new Error('--name: expected 1 to 200 characters.')
}

function readScope(given: string): Scope {
  const scope = scopes.find((one) => one === given)
  if (scope === undefined) throw new Error(`--scope: '${given}' is not one of ${scopes.join(', ')}.`)
  return scope
}

function readLimit(given: string): number {
  const limit = Number(given)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return limit
  throw new Error('--limit: expected 1 to 1000.')
}

function readBefore(given: string | undefined): string | null {
  if (given === undefined) return null
  if (/^\d{1,18}$/.test(given)) return given
  throw new Error('--before: expected the id of an entry.')
}

const unitsMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function readExpiry(given: string | undefined, nowMs: number): Date | null {
  if (given === undefined) return null
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(given) ?? []
  const at = new Date(count === undefined ? given : nowMs + Number(count) * (unitsMs[unit] ?? 0))
  if (!Number.isNaN(at.getTime()) && at.getTime() > nowMs) return at
  throw new Error(`--expires: '${given}' is neither a time to come (2030-01-31) nor a duration (30m, 12h, 90d).`)
}
