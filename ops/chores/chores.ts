import { join, resolve } from 'node:path'
import { loadConfig } from '@voicebox/config'
import { type Scope, silentLog, withScope } from '@voicebox/kernel'
import { appendAudit, openStore } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'
import { askDeletion, type Chores, type ListedChore, openChores, openRedis } from '@voicebox/streams'
import { redisSocketPath } from '../../apps/voicebox/src/redis/redis-socket.ts'
import { type Command, readArguments } from './arguments.ts'
import { help } from './help.ts'

export interface Console {
  write(text: string): void
  complain(text: string): void
}

/** 0: all was done; 1: something could not be done; 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2

type Asked = Exclude<Command, { kind: 'help' | 'wrong' }>

/** Does what the command line asks for. Throws the `Failure` of a Redis that is not there, or of a wrong configuration. */
export async function runChoresCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  console: Console,
): Promise<ExitCode> {
  const command = readArguments(args)
  if (command.kind === 'help') {
    console.write(help)
    return 0
  }
  if (command.kind === 'wrong') {
    console.complain(`${command.why}\n(npm run chores -- --help)\n`)
    return 2
  }
  const { config } = loadConfig(env, ['redisUrl', 'databaseUrl', 'dataDir'])
  const dataDir = resolve(config.dataDir)
  return await withScope(async (scope) => {
    const url = config.redisUrl ?? redisSocketPath(join(dataDir, 'redis'))
    const about = { url, name: 'chores', log: silentLog, signal: AbortSignal.timeout(patienceMs) }
    const chores = scope.use(openChores(scope.use(await openRedis(about)), { log: silentLog }))
    const { isDone, json, text } = await perform(command, chores, (tenantId, subject) => {
      const store = openStoreAt(scope, config.databaseUrl ?? placeOf(join(dataDir, 'postgres')).url)
      return askDeletion(chores, { tenantId, subject, actor: 'operator' }, (asked) => appendAudit(store, [asked]))
    })
    console.write(command.isJson ? `${JSON.stringify(json, undefined, 2)}\n` : text)
    return isDone ? 0 : 1
  })
}

type AskDeletion = (tenantId: string, subject: Extract<Asked, { kind: 'delete' }>['subject']) => Promise<string>

async function perform(
  command: Asked,
  chores: Chores,
  ask: AskDeletion,
): Promise<{ isDone: boolean; json: unknown; text: string }> {
  switch (command.kind) {
    case 'list': {
      const { tenantId, of, state } = command
      const listed: ListedChore[] = []
      let after: string | undefined
      do {
        const only = { ...(tenantId && { tenantId }), ...(of && { kind: of }), ...(state && { state }) }
        const page = await chores.list({ ...only, ...(after && { after }), limit: 100 })
        listed.push(...page.chores)
        after = page.next ?? undefined
      } while (after !== undefined && listed.length < maxListed)
      return { isDone: true, json: listed, text: listed.map(line).join('') || 'There are no such chores.\n' }
    }
    case 'retry':
    case 'drop': {
      const done = await Promise.all(command.ids.map(async (id) => ({ id, outcome: await chores[command.kind](id) })))
      const isDone = done.every(({ outcome }) => outcome === 'queued' || outcome === 'dropped')
      return { isDone, json: done, text: done.map(({ id, outcome }) => `${id}  ${outcomes[outcome]}\n`).join('') }
    }
    case 'delete': {
      const id = await ask(command.tenantId, command.subject)
      return { isDone: true, json: { id }, text: `${id}  will be done by a housekeeper\n` }
    }
  }
}

function line({ id, state, attempts, addedAt, cause }: ListedChore): string {
  return `${id}  ${state}  ${addedAt.toISOString()}  ${attempts}×${cause === null ? '' : `  ${cause}`}\n`
}

const outcomes = {
  queued: 'will be done now',
  busy: 'not done again: it was not given up',
  gone: 'there is no such chore',
  dropped: 'thrown away',
  running: 'not thrown away: it is being done',
} as const

function openStoreAt(scope: Scope, url: string) {
  return scope.use(openStore({ url, name: 'chores', log: silentLog, maxConnections: 1 }))
}

const patienceMs = 5_000
/** More than that is not to be read. */
const maxListed = 10_000
