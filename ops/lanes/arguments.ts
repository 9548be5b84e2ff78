import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'wrong'; why: string }
  | { kind: 'list'; lane: string | undefined; isJson: boolean }
  | { kind: 'show' | 'retry' | 'drop'; lane: string | undefined; isJson: boolean; ids: 'all' | readonly string[] }

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
  const { lane, json: isJson, all } = values
  const about = { lane: lane === undefined || lane.startsWith('jobs:') ? lane : `jobs:${lane}`, isJson }
  switch (kind) {
    case 'list':
      if (ids.length > 0 || all) throw new Error(`list takes no letters${all ? ', and no --all' : ''}.`)
      return { kind, ...about }
    case 'show':
      return { kind, ...about, ids: ids.length === 0 ? 'all' : ids }
    case 'retry':
    case 'drop':
      if (all === ids.length > 0) throw new Error(`Which letters? Give their ids, or --all for all of them.`)
      return { kind, ...about, ids: all ? 'all' : ids }
    case undefined:
      throw new Error('What shall be done? list, show, retry or drop.')
    default:
      throw new Error(`There is no command ${kind}; there are list, show, retry and drop.`)
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      lane: { type: 'string' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}
