import { type Closable, type Log, sleep, toFailure } from '@voicebox/kernel'
import { parseAllowList } from '@voicebox/outbound'
import type { Store } from '@voicebox/store'
import { choreKinds, type Chores, choreStates, type OnEnded, type Redis, runChores } from '@voicebox/streams'
import type { housekeeperMetrics, Meters } from '@voicebox/telemetry'
import { openVault } from '@voicebox/tenancy'
import { type Kept, keepDoing } from '../keep-doing.ts'
import { historyIn } from './history-in.ts'
import { sessionsIn } from './sessions-in.ts'
import { performer } from './perform.ts'
import { rulesIn } from './rules-in.ts'

export interface ChoresOptions {
  store: Store
  name: string
  redis: Redis
  chores: Chores
  onEnded: OnEnded
  /** Opens the secrets of webhooks. Absent: none is told. */
  encryptionKey?: readonly string[] | undefined
  webhookAllow: readonly string[]
  auditDays: number
  retentionEveryMs: number
  claimAfterMs: number
  meters: Meters<typeof housekeeperMetrics>
  log: Log
}

/** Does the installation's chores until it is closed. */
export function keepChores(options: ChoresOptions): Kept {
  const { store, encryptionKey, name, redis, chores, onEnded, auditDays, claimAfterMs, retentionEveryMs, meters, log } =
    options
  const allow = parseAllowList(options.webhookAllow, 'VOICEBOX_WEBHOOK_ALLOW')
  const runner = runChores(redis, {
    perform: performer({
      store,
      history: historyIn(store),
      rules: rulesIn(store, encryptionKey === undefined ? null : openVault(encryptionKey)),
      sessions: sessionsIn(redis, { holder: name, onEnded, log }),
      chores,
      allow,
      auditDays,
      log,
    }),
    concurrency: { retention: 1, deletion: 2, webhook: 16 },
    claimAfterMs,
    onOutcome: (kind, outcome) => meters.choreAttempts.add(1, { kind, outcome }),
    log,
  })
  const scheduling = schedule()
  const counting = countChores()
  return {
    async close({ deadlineMs = 0 } = {}) {
      await Promise.all([scheduling.close(), counting.close(), runner.close({ deadlineMs })])
    },
  }

  /** Until it is scheduled once; Redis keeps it from then on. */
  function schedule(): Closable {
    const closing = new AbortController()
    void (async () => {
      while (!closing.signal.aborted) {
        try {
          return await chores.scheduleRetention(retentionEveryMs)
        } catch (error) {
          log.warn({ error: toFailure(error) }, 'Retention could not be scheduled; it is tried again')
          await sleep(1_000, closing.signal)
        }
      }
    })()
    return { close: () => closing.abort() }
  }

  function countChores(): Kept {
    return keepDoing({
      name: 'counting chores',
      everyMs: 10_000,
      log,
      async pass() {
        for (const kind of choreKinds) {
          const counts = await chores.counts(kind)
          for (const state of choreStates) meters.chores.set(counts[state], { kind, state })
        }
        return false
      },
    })
  }
}
