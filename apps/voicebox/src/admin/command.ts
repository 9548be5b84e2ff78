import type { Ask } from './ask.ts'
import type { Values } from './values.ts'

interface Command {
  /** What it must be given names of, one after the other; `pairs`: any number of NAME=VALUE. */
  takes?: string | readonly string[]
  ask(given: {
    name: string
    second: string
    names: readonly string[]
    tenant: string
    values: Values
    nowMs: number
  }): Ask
}

/** Commands by their words. */
export type Commands = Readonly<Record<string, Command>>

/** A path below a tenant, of parts that may be anything. */
export function below(tenant: string, rest: string, ...parts: readonly string[]): string {
  const own = [tenant, ...parts].map(encodeURIComponent)
  return [`/tenants/${own[0] ?? ''}${rest}`, ...own.slice(1)].join('/')
}

export const done = (text: string) => (): string => `${text}\n`
