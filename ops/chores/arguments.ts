import { parseArgs } from 'node:util'
import { type ChoreKind, choreKinds, type ChoreState, choreStates, type DeletionSubject } from '@voicebox/streams'

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'wrong'; why: string }
  | { kind: 'list'; isJson: boolean; tenantId?: string; of?: ChoreKind; state?: ChoreState }
  | { kind: 'retry' | 'drop'; isJson: boolean; ids: readonly string[] }
  | { kind: 'delete'; isJson: boolean; tenantId: string; subject: DeletionSubject }

export function readArguments(args: readonly string[]): Command {
  try {
    return command(parse(args))
  } catch (error) {
    return { kind: 'wrong', why: (error as Error).message }
  }
}

function command({ values, positionals }: ReturnType<typeof parse>): Command {
  if (values.help) return { kind: 'help' }
  const [kind, ...ids] = positionals
  const { json: isJson, tenant: tenantId, session, item } = values
  switch (kind) {
    case 'list': {
      const of = oneOf('--kind', values.kind, choreKinds)
      const state = oneOf('--state', values.state, choreStates)
      return { kind, isJson, ...(tenantId && { tenantId }), ...(of && { of }), ...(state && { state }) }
    }
    case 'retry':
    case 'drop':
      if (ids.length === 0) throw new Error('Which chores? Give their ids.')
      return { kind, isJson, ids }
    case 'delete':
      if (tenantId === undefined) throw new Error('Whose history? Say --tenant.')
      return { kind, isJson, tenantId, subject: subjectOf(session, item) }
    case undefined:
      throw new Error('What shall be done? list, retry, drop or delete.')
    default:
      throw new Error(`There is no command ${kind}; there are list, retry, drop and delete.`)
  }
}

function subjectOf(session: string | undefined, itemId: string | undefined): DeletionSubject {
  if (session === undefined && itemId !== undefined) throw new Error('Of which session is the item? Say --session.')
  if (session === undefined) return { kind: 'history' }
  if (!/^sess_[0-9A-Za-z]{1,64}$/.test(session)) throw new Error(`${session} is no session's id.`)
  const sessionId = session as `sess_${string}`
  return itemId === undefined ? { kind: 'session', sessionId } : { kind: 'item', sessionId, itemId }
}

function oneOf<T extends string>(option: string, value: string | undefined, values: readonly T[]): T | undefined {
  const found = values.find((one) => one === value)
  if (value !== undefined && found === undefined) throw new Error(`${option} is one of ${values.join(', ')}.`)
  return found
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      kind: { type: 'string' },
      state: { type: 'string' },
      session: { type: 'string' },
      item: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}
