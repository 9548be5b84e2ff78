import type { ChoreKind } from './chore.ts'
import { choreKinds } from './chore.ts'

/** What a chore's id tells: `webhook.0001764449000000.acme.evt_1`. Ids of later chores are greater. */
export interface ChoreId {
  kind: ChoreKind
  /** What orders chores; of one that shall be there once only it must be the same whoever adds it. */
  atMs: number
  /** Null: the installation. */
  tenantId: string | null
  /** What tells it from others of its time. */
  name: string
}

/** The id by which everybody but the queue knows the chore. Of the same parts it is the same. */
export function choreIdOf({ kind, atMs, tenantId, name }: ChoreId): string {
  return [kind, String(Math.trunc(atMs)).padStart(16, '0'), tenantId ?? noTenant, name].join('.')
}

/** Null: it is none. */
export function parseChoreId(id: string): ChoreId | null {
  const [, kind = '', atMs = '', tenantId = '', name = ''] = form.exec(id) ?? []
  const known = choreKinds.find((one) => one === kind)
  if (known === undefined) return null
  return { kind: known, atMs: Number(atMs), tenantId: tenantId === noTenant ? null : tenantId, name }
}

/** The queue names what it schedules by itself, and allows no colons in other names. */
export function queuedIdOf(id: string): string {
  const { atMs, tenantId, name } = parseChoreId(id) ?? { atMs: 0, tenantId: '', name: '' }
  return tenantId === null ? `repeat:${name}:${atMs}` : id
}

export function choreIdFrom(kind: ChoreKind, queuedId: string): string {
  const [, name, atMs] = /^repeat:([^:]+):(\d+)$/.exec(queuedId) ?? []
  return name === undefined ? queuedId : choreIdOf({ kind, atMs: Number(atMs), tenantId: null, name })
}

const noTenant = '-'
const form = /^([a-z]+)\.(\d{16})\.([^.:]+)\.([^.:]+)$/
