import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Area, areas } from './check.ts'
import type { Target } from './server/target.ts'

export interface Selection {
  /** Null: all of them. */
  areas: readonly Area[] | null
  /** Part of a check's name; empty: any. */
  only: string
}

/** What the command line asks for. */
export type Command =
  { kind: 'help' } | { kind: 'wrong'; why: string } | { kind: 'list'; selection: Selection } | { kind: 'run'; run: Run }

export interface Run {
  target: Target
  selection: Selection
  concurrency: number
  isPatient: boolean
  isTalkative: boolean
  jsonFile: string | undefined
  markdownFile: string | undefined
}

/** Reads the command line; relative files are the user's, wherever npm runs the script. */
export function readArguments(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  try {
    return command(parse(args), env)
  } catch (error) {
    return { kind: 'wrong', why: (error as Error).message }
  }
}

function command(
  { values, positionals }: ReturnType<typeof parse>,
  env: Readonly<Record<string, string | undefined>>,
): Command {
  if (values.help) return { kind: 'help' }
  const selection = { areas: readAreas(values.area), only: values.only }
  if (values.list) return { kind: 'list', selection }
  const [url, ...more] = positionals
  if (url === undefined)
    throw new Error('Which server? Give the address of its endpoint, such as wss://host/v1/realtime.')
  if (more.length > 0) throw new Error(`Too many arguments: ${more.join(' ')}`)
  const key = values.key ?? env['CONFORMANCE_KEY']
  if (key === undefined || key === '') throw new Error('Which key? Give --key, or set CONFORMANCE_KEY.')
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(env['INIT_CWD'] ?? '.', path)
  const target: Target = {
    url: readUrl(url),
    key,
    model: values.model,
    patienceMs: readCount('--timeout-ms', values['timeout-ms'], 600_000),
    isInsecure: values.insecure,
    mcpUrl: values['mcp-url'],
  }
  const run: Run = {
    target,
    selection,
    concurrency: readCount('--concurrency', values.concurrency, 64),
    isPatient: values.slow,
    isTalkative: values.verbose,
    jsonFile: file(values.json),
    markdownFile: file(values.markdown),
  }
  return { kind: 'run', run }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      model: { type: 'string', default: 'gpt-realtime' },
      area: { type: 'string' },
      only: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '4' },
      'timeout-ms': { type: 'string', default: '10000' },
      insecure: { type: 'boolean', default: false },
      slow: { type: 'boolean', default: false },
      'mcp-url': { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}

function readAreas(given: string | undefined): Area[] | null {
  if (given === undefined) return null
  return given.split(',').map((name) => {
    const area = areas.find((known) => known === name.trim())
    if (area === undefined) throw new Error(`There is no area ${name.trim()}: ${areas.join(', ')}`)
    return area
  })
}

function readUrl(given: string): string {
  if (!URL.canParse(given) || !['ws:', 'wss:'].includes(new URL(given).protocol)) {
    throw new Error(`${given} is no ws:// or wss:// address.`)
  }
  const url = new URL(given)
  url.search = ''
  url.hash = ''
  return url.href
}

function readCount(option: string, given: string, most: number): number {
  const count = Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw new Error(`${option} is a whole number from 1 to ${most}, not ${given}.`)
}
