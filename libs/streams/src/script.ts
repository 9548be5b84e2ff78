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
  const channelNames = argNames.filter((argName) => argName.endsWith('channel'))
  return async ({ commands }, keys, args) => {
    const values: Arg[] = []
    for (const keyName of keyNames) add(values, keys[keyName], keyName)
    for (const argName of argNames) add(values, args[argName], argName)
    mustShareTag(
      name,
      values.slice(0, keyNames.length),
      channelNames.map((channelName) => args[channelName]),
    )
    try {
      return await ask(commands, reply, 'EVALSHA', sha1, keyNames.length, ...values)
    } catch (error) {
      if (!isRefusal(error, 'NOSCRIPT')) throw error
      return ask(commands, reply, 'EVAL', source, keyNames.length, ...values)
    }
  }
}

function add(values: Arg[], value: Arg | readonly Arg[] | undefined, name: string): void {
  if (value === undefined) throw new TypeError(`The script was called without ${name}`)
  if (typeof value === 'object' && !Buffer.isBuffer(value)) values.push(...value)
  else values.push(value)
}

/** Otherwise only a cluster would refuse the script, and only for some keys. A script may publish only where its keys are. */
function mustShareTag(name: string, keys: readonly Arg[], channels: readonly unknown[]): void {
  if (keys.length + channels.length < 2) return
  const all = [...keys, ...channels].map(String)
  const tag = tagOf(all[0] ?? '')
  if (all.some((other) => tagOf(other) !== tag))
    throw new TypeError(`${name} was called with keys or channels of several hash tags: ${all.join(', ')}`)
}

/** What decides where a key is: what is in its first braces, else all of it. */
function tagOf(key: string): string {
  const [from, to] = [key.indexOf('{') + 1, key.indexOf('}', key.indexOf('{'))]
  return from > 0 && to > from ? key.slice(from, to) : key
}
