import { join, resolve } from 'node:path'
import { loadConfig } from '@voicebox/config'
import { assertNever, silentLog, withScope } from '@voicebox/kernel'
import { type Lane, type Redis, laneStats, listLanes, openRedis } from '@voicebox/streams'
import { redisSocketPath } from '../../apps/voicebox/src/redis/redis-socket.ts'
import { type Command, readArguments } from './arguments.ts'
import { help } from './help.ts'
import { type Done, dropLetters, findLetters, retryLetters } from './letters.ts'
import { doneLine, laneTable, letterDetails, letterLine } from './words.ts'

export interface Console {
  write(text: string): void
  complain(text: string): void
}

/** 0: all was done; 1: something could not be done; 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

type Asked = Exclude<Command, { kind: 'help' | 'wrong' }>

/** Does what the command line asks for. Throws the `Failure` of a Redis that is not there, or of a wrong configuration. */
export async function runLanes(args: readonly string[], env: NodeJS.ProcessEnv, console: Console): Promise<ExitCode> {
  const command = readArguments(args)
  if (command.kind === 'help') {
    console.write(help)
    return 0
  }
  if (command.kind === 'wrong') {
    console.complain(`${command.why}\n(npm run lanes -- --help)\n`)
    return 2
  }
  return await withScope(async (scope) => {
    const about = { url: redisUrl(env), name: 'lanes', log: silentLog }
    const redis = scope.use(await openRedis({ ...about, signal: AbortSignal.timeout(patienceMs) }))
    const known = await listLanes(redis)
    const lanes = command.lane === undefined ? known : known.filter((lane) => lane === command.lane)
    if (command.lane === undefined || lanes.length > 0) return await perform(redis, lanes, command, console)
    console.complain(`There is no lane ${command.lane}. There are: ${known.join(', ') || 'none'}\n`)
    return 1
  })
}

async function perform(redis: Redis, lanes: readonly Lane[], command: Asked, console: Console): Promise<ExitCode> {
  const tell = (json: unknown, text: string): void =>
    console.write(command.isJson ? `${JSON.stringify(json, undefined, 2)}\n` : text)
  if (command.kind === 'list') {
    const stats = await Promise.all(lanes.map(async (lane) => ({ lane, ...(await laneStats(redis, lane)) })))
    tell(stats, laneTable(stats))
    return 0
  }
  const { letters, problems } = await findLetters(redis, lanes, command.ids)
  for (const problem of problems) console.complain(`${problem}\n`)
  const isComplete = problems.length === 0
  switch (command.kind) {
    case 'show': {
      const describe = command.ids === 'all' ? letterLine : letterDetails
      tell(letters, letters.map((letter) => `${describe(letter)}\n`).join('') || 'There are no dead letters.\n')
      return isComplete ? 0 : 1
    }
    case 'retry':
      return report(await retryLetters(redis, letters))
    case 'drop':
      return report(await dropLetters(redis, letters))
    default:
      return assertNever(command)
  }

  function report(done: Done[]): ExitCode {
    tell(done, done.map((one) => `${doneLine(one)}\n`).join('') || 'There was nothing to do.\n')
    return isComplete && done.every(({ isDone }) => isDone) ? 0 : 1
  }
}

/** The launcher's own Redis where none is named. */
function redisUrl(env: NodeJS.ProcessEnv): string {
  const { config } = loadConfig(env, ['redisUrl', 'dataDir'])
  return config.redisUrl ?? redisSocketPath(join(resolve(config.dataDir), 'redis'))
}

const patienceMs = 5_000
