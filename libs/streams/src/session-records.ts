import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'
import type { SessionRef } from './session-ref.ts'

/** Reads records of a session beside whoever holds it; those that are not there are left out. */
export async function readRecords(
  redis: Redis,
  ref: SessionRef,
  names: readonly string[],
): Promise<Map<string, unknown>> {
  const values = await ask(
    redis.commands,
    z.array(z.instanceof(Buffer).nullable()),
    'HMGET',
    sessionKeys(ref).records,
    ...names,
  )
  return new Map(
    names.flatMap((name, at): [string, unknown][] => {
      const value = values[at]
      return value == null ? [] : [[name, decode(value)]]
    }),
  )
}
