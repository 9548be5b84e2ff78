import { Failure } from '@voicebox/kernel'
import type { z } from 'zod'
import type { Sender } from './connection.ts'

/**
 * Sends one command and checks its reply, which comes as bytes. What goes wrong (no connection, an error reply, a reply of
 * another shape) is a `Failure` of kind `dependency`. After a lost connection a command may be sent twice.
 */
export async function ask<R>(
  sender: Sender,
  reply: z.ZodType<R>,
  command: string,
  ...args: (string | number | Buffer)[]
): Promise<R> {
  try {
    return reply.parse(await sender.callBuffer(command, ...args))
  } catch (error) {
    throw new Failure('dependency', 'redis_failed', `Redis did not do ${command}`, { cause: error })
  }
}

/** Whether Redis refused a command with this error code, say `NOSCRIPT`. */
export function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Failure && error.cause instanceof Error && error.cause.message.startsWith(`${code} `)
}
