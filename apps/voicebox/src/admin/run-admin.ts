import { join, resolve } from 'node:path'
import { loadConfig } from '@voicebox/config'
import { Failure, silentLog, withScope } from '@voicebox/kernel'
import { openStore } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'
import { openRedis, tellKeyChange } from '@voicebox/streams'
import type { KeyChange } from '@voicebox/tenancy'
import { redisSocketPath } from '../redis/redis-socket.ts'
import { readArguments } from './arguments.ts'
import { help } from './help.ts'
import { perform } from './perform.ts'

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
  const { config } = loadConfig(env, ['databaseUrl', 'redisUrl', 'dataDir'])
  const dataDir = resolve(config.dataDir)
  return await withScope(async (scope) => {
    const url = config.databaseUrl ?? placeOf(join(dataDir, 'postgres')).url
    const store = scope.use(openStore({ url, name: 'voicebox', log: silentLog, maxConnections: 2 }))
    const { outcome, change } = await reaching(config.databaseUrl !== undefined, () => perform(asked.command, store))
    if (change !== null) await tell(config.redisUrl ?? redisSocketPath(join(dataDir, 'redis')), change, console)
    if ('problem' in outcome) {
      console.complain(`${outcome.problem}\n`)
      return 1
    }
    console.write(asked.isJson ? `${JSON.stringify(outcome.json, undefined, 2)}\n` : outcome.text)
    return 0
  })
}

async function reaching<T>(isNamed: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'dependency') throw error
    const reason = error.cause instanceof Error ? error.cause.message : error.message
    const remedy = isNamed
      ? 'is DATABASE_URL right, and did npm run migrate run?'
      : 'start it with npm start, or set DATABASE_URL.'
    throw new Failure('dependency', error.code, `Postgres cannot be used (${reason}): ${remedy}`, { cause: error })
  }
}

/** Gateways find it out by themselves as well, seconds later. */
async function tell(url: string, change: KeyChange, console: Console): Promise<void> {
  try {
    await withScope(async (scope) => {
      const signal = AbortSignal.timeout(patienceMs)
      await tellKeyChange(scope.use(await openRedis({ url, name: 'voicebox', log: silentLog, signal })), change)
    })
  } catch {
    console.complain('Redis cannot be reached: gateways find out by themselves, within five seconds.\n')
  }
}

const patienceMs = 3_000
