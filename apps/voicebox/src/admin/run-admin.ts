import { join, resolve } from 'node:path'
import { makeAdminApi } from '@voicebox/admin'
import { loadConfig } from '@voicebox/config'
import { Failure, type Scope, silentLog, systemClock, withScope } from '@voicebox/kernel'
import { openStore } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'
import { type Chores, openChores, openRedis, type Redis, tellKeyChange } from '@voicebox/streams'
import { openVault } from '@voicebox/tenancy'
import { redisSocketPath } from '../redis/redis-socket.ts'
import { readArguments } from './arguments.ts'
import { help } from './help.ts'
import { type Fetch, send } from './send.ts'

export interface Console {
  write(text: string): void
  complain(text: string): void
}

/** 0: it was done; 1: it could not be; 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

/** Does what the command line asks for. Throws the `Failure` of a database that is not there, or of a wrong configuration. */
export async function runAdmin(args: readonly string[], env: NodeJS.ProcessEnv, console: Console): Promise<ExitCode> {
  const asked = readArguments(args, Date.now())
  if ('help' in asked) {
    console.write(help)
    return 0
  }
  if ('wrong' in asked) {
    console.complain(`${asked.wrong}\n(npx voicebox --help)\n`)
    return 2
  }
  const { config } = loadConfig(env, ['url', 'adminKey'])
  const origin = asked.url ?? config.url
  return await withScope(async (scope) => {
    const way =
      origin === undefined
        ? { fetch: openHere(scope, env, console), origin: 'http://here', key: null }
        : { fetch: (request: Request) => fetch(request), origin, key: config.adminKey ?? null }
    const sent = await send(asked.ask, way)
    if ('problem' in sent) {
      console.complain(`${sent.problem}\n`)
      return 1
    }
    if ('text' in sent) {
      console.write(sent.text)
      return 0
    }
    console.write(asked.isJson ? `${JSON.stringify(sent.answer, undefined, 2)}\n` : asked.ask.words(sent.answer))
    return 0
  })
}

/** The API in this process, as the operator asks it: straight on the servers, whether or not a gateway runs. */
function openHere(scope: Scope, env: NodeJS.ProcessEnv, console: Console): Fetch {
  const { config } = loadConfig(env, ['databaseUrl', 'redisUrl', 'dataDir', 'rateLimits', 'encryptionKey'])
  const dataDir = resolve(config.dataDir)
  const isNamed = config.databaseUrl !== undefined
  const url = config.databaseUrl ?? placeOf(join(dataDir, 'postgres')).url
  const store = scope.use(openStore({ url, name: 'voicebox', log: silentLog, maxConnections: 2 }))
  let redis: Promise<Redis> | undefined
  let chores: Promise<Chores> | undefined
  const open = async (): Promise<Redis> => {
    const signal = AbortSignal.timeout(patienceMs)
    const place = config.redisUrl ?? redisSocketPath(join(dataDir, 'redis'))
    return scope.use(await openRedis({ url: place, name: 'voicebox', log: silentLog, signal }))
  }
  let failure: Failure | null = null
  const app = makeAdminApi({
    store,
    redis: () => (redis ??= open()),
    chores: () => (chores ??= (redis ??= open()).then((one) => scope.use(openChores(one, { log: silentLog })))),
    authenticate: async () => ({ actor: 'operator', role: 'platform', tenantId: null }),
    async tell(change) {
      try {
        await tellKeyChange(await (redis ??= open()), change)
      } catch {
        console.complain('Redis cannot be reached: gateways find out by themselves, within five seconds.\n')
      }
    },
    seal(secret, place) {
      if (config.encryptionKey !== undefined) return openVault(config.encryptionKey).seal(secret, place)
      throw new Failure('client', 'invalid_configuration', 'VOICEBOX_ENCRYPTION_KEY is not set.')
    },
    rateLimits: config.rateLimits,
    name: 'voicebox',
    clock: systemClock,
    log: { ...silentLog, error: ({ error }) => void (failure = error instanceof Failure ? error : null) },
  })
  return async (request) => {
    const response = await app.fetch(request)
    if (failure !== null && response.status >= 500) throw explained(failure, isNamed)
    return response
  }
}

function explained(failure: Failure, isNamed: boolean): Failure {
  if (failure.code !== 'database_failed') return failure
  const reason = failure.cause instanceof Error ? failure.cause.message : failure.message
  const remedy = isNamed
    ? 'is DATABASE_URL right, and did npm run migrate run?'
    : 'start it with npm start, or set DATABASE_URL.'
  const message = `Postgres cannot be used (${reason}): ${remedy}`
  return new Failure('dependency', failure.code, message, { cause: failure })
}

const patienceMs = 3_000
