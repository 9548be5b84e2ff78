import { type Clock, type Closable, type Log, openScope, toFailure } from '@voicebox/kernel'
import type { Settings } from '@voicebox/config'
import { readProfile, type Store } from '@voicebox/store'
import { type Redis, watchKeyChanges } from '@voicebox/streams'
import { emptyProfile, rememberByTenant } from '@voicebox/tenancy'
import { every } from '../session/timers.ts'
import { type TenantTerms, termsFrom, type TermsOf } from './tenant-terms.ts'

/** Whoever lives by the terms of a tenant. */
export interface Subject {
  readonly tenantId: string
  /** They may be what they were. */
  termsChanged(terms: TenantTerms): void
}

/**
 * The terms of all tenants. Whoever lives by them hears of a change as soon as that is told, and within five seconds where
 * nobody tells; while the database is away they are what they were.
 */
export interface Terms extends Closable {
  of: TermsOf
  add(subject: Subject): void
  remove(subject: Subject): void
  close(): Promise<void>
}

export interface TermsOptions {
  /** Null: there is no database, and all tenants have the installation's own. */
  store: Store | null
  rateLimits: Settings['rateLimits']
  redis: Redis
  clock: Clock
  log: Log
}

/** With the time for which terms are not read again, this is how late a change is noticed. */
const refreshMs = 1_000

export async function openTerms({ store, rateLimits, redis, clock, log }: TermsOptions): Promise<Terms> {
  if (store === null) {
    const terms = termsFrom(rateLimits, emptyProfile)
    return { of: () => terms, add() {}, remove() {}, close: async () => {} }
  }
  const subjects = new Map<string, Set<Subject>>() // by tenant
  const remembered = rememberByTenant({
    source: {
      isReachable: () => store.isReady(),
      read: async (tenantId) => termsFrom(rateLimits, await readProfile(store, tenantId)),
    },
    clock,
  })
  let isRefreshing = false

  async function refresh(tenantId: string): Promise<void> {
    const before = remembered.known(tenantId)
    try {
      const terms = await remembered.of(tenantId)
      if (terms !== before) tell(tenantId, terms)
    } catch (error) {
      log.warn({ tenantId, error: toFailure(error) }, 'The terms of a tenant could not be read')
    }
  }

  function tell(tenantId: string, terms: TenantTerms): void {
    for (const subject of subjects.get(tenantId) ?? []) subject.termsChanged(terms)
  }

  /** One after another, so that the database is asked one question at a time, however many tenants are here. */
  async function refreshAll(): Promise<void> {
    if (isRefreshing) return
    isRefreshing = true
    for (const tenantId of subjects.keys()) await refresh(tenantId)
    isRefreshing = false
  }

  const scope = openScope()
  scope.use(
    await watchKeyChanges(redis, {
      onChange(change) {
        if (change.kind !== 'tenant_changed') return
        const { tenantId } = change
        remembered.changed(tenantId)
        if (subjects.has(tenantId)) void refresh(tenantId)
      },
      onGap() {
        for (const tenantId of subjects.keys()) remembered.changed(tenantId)
        void refreshAll()
      },
    }),
  )
  scope.defer(every(clock, refreshMs, () => void refreshAll()))
  return {
    of: remembered.of,
    add(subject) {
      const { tenantId } = subject
      const others = subjects.get(tenantId) ?? new Set()
      subjects.set(tenantId, others.add(subject))
      const terms = remembered.known(tenantId) // perhaps others than those that it was opened with
      if (terms !== null) subject.termsChanged(terms)
    },
    remove(subject) {
      const others = subjects.get(subject.tenantId)
      others?.delete(subject)
      if (others?.size === 0) subjects.delete(subject.tenantId)
    },
    close: () => scope.close(),
  }
}
