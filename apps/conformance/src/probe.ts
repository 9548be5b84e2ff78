import { isObject } from './judgement/shape.ts'
import { Unmet } from './judgement/unmet.ts'
import { makeServer } from './server/server.ts'
import type { Target } from './server/target.ts'
import { makeTrace } from './server/trace.ts'

/** Opens one session; answers why that cannot be done, or null. Without it every check would say the same. */
export async function probe(target: Target): Promise<string | null> {
  const server = makeServer(target, makeTrace())
  try {
    const dialled = await server.dial()
    if (dialled.kind === 'failed') return `Cannot reach ${target.url}: ${dialled.reason}`
    if (dialled.kind === 'refused') return `${target.url} refuses the connection: HTTP ${dialled.status}`
    const first = await dialled.connection.next(['session.created', 'error'])
    if (first.type === 'session.created') return null
    const message = isObject(first['error']) ? String(first['error']['message']) : 'no reason given'
    return `The server refuses the session: ${message.replaceAll(target.key, '[key]')}`
  } catch (error) {
    if (error instanceof Unmet) return `The server does not greet: expected ${error.expected}, came ${error.came}`
    throw error
  } finally {
    await server.close()
  }
}
