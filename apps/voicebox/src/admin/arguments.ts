import type { Ask } from './ask.ts'
import { commands } from './commands.ts'
import { parse, readTenant } from './values.ts'

export type Asked = { ask: Ask; isJson: boolean; url: string | undefined } | { help: true } | { wrong: string }

/** What the command line asks for. */
export function readArguments(args: readonly string[], nowMs: number): Asked {
  try {
    const { values, positionals } = parse(args)
    if (values.help || positionals[0] === 'help') return { help: true }
    const [subject, verb, ...names] = positionals
    const kind = [subject, verb].join(' ').trim()
    const command = Object.hasOwn(commands, kind) ? commands[kind] : undefined
    if (command === undefined) throw new Error(`There is no command ${kind || '(none was given)'}.`)
    const { takes } = command
    const wanted = typeof takes === 'string' ? [takes] : (takes ?? [])
    const surplus = takes === 'pairs' ? [] : names.slice(wanted.length)
    if (surplus.length > 0) throw new Error(`Too much: ${surplus.join(' ')}`)
    const missing = wanted[names.length]
    if (missing !== undefined && (takes !== 'pairs' || names.length === 0))
      throw new Error(takes === 'pairs' ? 'Give NAME=VALUE.' : `Name ${missing}.`)
    const [name = '', second = ''] = names
    const ask = command.ask({ name, second, names, tenant: readTenant(values.tenant), values, nowMs })
    return { ask, isJson: values.json, url: values.url }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}
