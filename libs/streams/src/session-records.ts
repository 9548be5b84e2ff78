import type { SessionId } from '@voicebox/kernel'
import { z } from 'zod'
import { ask } from './ask.ts'
import { decode } from './codec.ts'
import { sessionKeys } from './keys.ts'
import type { Redis } from './redis.ts'

/** Reads records of a session beside whoever holds it; those that are not there are left out. */
export async function readRecords(
  redis: Redis,
  sessionId: SessionId,
  names: readonly string[],
): Promise<Map<string, unknown>> {
  const values = await ask(
    redis.commands,
    z.array(z.instanceof(Buffer).nullable()),
    'HMGET',
    sessionKeys(sessionId).records,
    ...names,
  )
  return new Map(
    names.flatMap((name, at): [string, unknown][] => {
      const value = values[at]
      return value == null ? [] : [[name, decode(value)]]
    }),
  )
}
