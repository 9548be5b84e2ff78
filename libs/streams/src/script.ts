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
>({ name, sha1, source, keys: keyNames, args: argNames, reply }: ScriptDefinition<Reply>): Script<Keys, Args, Reply> {
  return async ({ commands }, keys, args) => {
    mustShareTag(name, [...Object.values(keys), ...channelsIn(args)])
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

/** Otherwise only a cluster would refuse the script, and only for some keys. */
function mustShareTag(name: string, keys: readonly string[]): void {
  const [tag, ...others] = keys.map(tagOf)
  if (others.some((other) => other !== tag))
    throw new TypeError(`${name} was called with keys or channels of several hash tags: ${keys.join(', ')}`)
}

/** What decides where a key is: what is in its first braces, else all of it. */
function tagOf(key: string): string {
  const [from, to] = [key.indexOf('{') + 1, key.indexOf('}', key.indexOf('{'))]
  return from > 0 && to > from ? key.slice(from, to) : key
}

/** A script may publish only where its keys are. */
function channelsIn(args: Record<string, Arg | readonly Arg[]>): string[] {
  return Object.entries(args).flatMap(([name, value]) =>
    typeof value === 'string' && name.endsWith('channel') ? [value] : [],
  )
}
