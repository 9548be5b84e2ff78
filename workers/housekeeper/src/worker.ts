import { loadConfig, type Settings } from '@voicebox/config'
import { Failure, aborted, withScope } from '@voicebox/kernel'
import { openStore } from '@voicebox/store'
import { type OnEnded, openChores, openRedis, tellSessionEnded } from '@voicebox/streams'
import {
  type RunApp,
  housekeeperMetrics,
  laneMetrics,
  makeLog,
  makeMetrics,
  makeProcessName,
  serveHealth,
} from '@voicebox/telemetry'
import { keepChores } from './chores/run.ts'
import { runHistoryReader } from './history-reader.ts'
import { runHistoryWriter } from './history-writer.ts'
import { runLaneReader } from './lane-reader.ts'
import { runReaper } from './reaper.ts'

const settingKeys = [
  'redisUrl',
  'databaseUrl',
  'host',
  'workerPort',
  'drainMs',
  'claimAfterMs',
  'encryptionKey',
  'webhookAllow',
  'retentionEveryMs',
  'auditDays',
  'logLevel',
] as const satisfies (keyof Settings)[]

const reapEveryMs = 1_000
const readLanesEveryMs = 5_000
const writeHistoryEveryMs = 1_000
const readHistoryEveryMs = 5_000
/** What a pass that is cut off had begun is finished by the next one, here or elsewhere. */
const finishMs = 1_000

/** The housekeeper: it does what no session and no job would do for itself. Several may run side by side. */
export const runHousekeeper: RunApp = async (env, signal, ready) => {
  const { config, unknown } = loadConfig(env, settingKeys)
  const { redisUrl, databaseUrl, host } = config
  if (redisUrl === undefined) throw new Failure('client', 'invalid_configuration', 'REDIS_URL: required by a worker')
  const log = makeLog({ service: 'housekeeper', level: config.logLevel })
  if (unknown.length > 0) log.warn({ variables: unknown }, 'Unknown settings were ignored')

  await withScope(async (scope) => {
    const { meters, ...metrics } = makeMetrics({
      service: 'housekeeper',
      table: { ...housekeeperMetrics, ...laneMetrics },
    })
    const name = makeProcessName('housekeeper')
    const redis = scope.use(await openRedis({ url: redisUrl, name, log, signal }))
    const store = databaseUrl === undefined ? null : scope.use(openStore({ url: databaseUrl, name, log }))
    const checks = {
      redis: () => (redis.isReady() ? null : 'not reachable'),
      ...(store === null ? {} : { postgres: () => (store.isReady() ? null : 'not reachable') }),
      housekeeper: () => (signal.aborted ? 'draining' : null),
    }
    scope.use(await serveHealth({ port: config.workerPort, host, checks, metrics, log }))
    const chores = scope.use(openChores(redis, { log }))
    // Without a database nobody has webhooks, and there is nothing to retain or delete.
    const onEnded: OnEnded = store === null ? () => {} : (session) => tellSessionEnded(chores, session, log)
    const passes = [
      runReaper(redis, { meters, everyMs: reapEveryMs, onEnded, log }),
      runLaneReader(redis, { meters, everyMs: readLanesEveryMs, log }),
      ...(store === null
        ? []
        : [
            runHistoryWriter({ redis, store, meters, everyMs: writeHistoryEveryMs, log }),
            runHistoryReader(redis, { meters, everyMs: readHistoryEveryMs, log }),
          ]),
    ]
    const kept = store === null ? [] : [keepChores({ ...config, store, name, redis, chores, onEnded, meters, log })]
    scope.defer(async () => {
      const finishing = passes.map((pass) => pass.close({ deadlineMs: Math.min(config.drainMs, finishMs) }))
      await Promise.all([...finishing, ...kept.map((one) => one.close({ deadlineMs: config.drainMs }))])
    })
    const more = store === null ? '' : ', writes down the history of all, and does the chores'
    ready({ kind: 'ready', summary: `ends sessions that nobody drives any more${more}` })
    await aborted(signal)
  })
}
