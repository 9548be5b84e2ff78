import type { z } from 'zod'
import { ask, isRefusal } from './ask.ts'
import type { Redis } from './redis.ts'

/** Runs a Lua script atomically. All keys of one call share a hash tag. Every script may be repeated with the same arguments. */
export type Script<Keys, Args, Reply> = (redis: Redis, keys: Keys, args: Args) => Promise<Reply>

type Arg = string | number | Buffer

export interface ScriptDefinition<Reply> {
  name: string
  sha1: string
  source: string
  /** In the order of KEYS. */
  keys: readonly string[]
  /** In the order of ARGV; a list, which is always the last, is spread. */
  args: readonly string[]
  reply: z.ZodType<Reply>
}

export function defineScript<
  Keys extends Record<string, string>,
  Args extends Record<string, Arg | readonly Arg[]>,
  Reply,
>({ sha1, source, keys: keyNames, args: argNames, reply }: ScriptDefinition<Reply>): Script<Keys, Args, Reply> {
  return async ({ commands }, keys, args) => {
    const values = [...pick(keys, keyNames), ...pick(args, argNames).flat()] as Arg[]
    try {
      return await ask(commands, reply, 'EVALSHA', sha1, keyNames.length, ...values)
    } catch (error) {
      if (!isRefusal(error, 'NOSCRIPT')) throw error
      return ask(commands, reply, 'EVAL', source, keyNames.length, ...values)
    }
  }
}

function pick<V>(record: Record<string, V>, names: readonly string[]): V[] {
  return names.map((name) => {
    const value = record[name]
    if (value === undefined) throw new TypeError(`The script was called without ${name}`)
    return value
  })
}
