import { Failure } from '@voicebox/kernel'
import { z } from 'zod'
import { ask, isRefusal } from './ask.ts'
import type { Connection } from './connection.ts'

/** Whether a server stands alone or is a node of a cluster. Throws where it is older than Redis 7, which brought sharded channels. */
export async function modeOf(connection: Connection): Promise<'standalone' | 'cluster'> {
  const said = await hello(connection)
  const version = said.get('version') ?? ''
  if (Number.parseInt(version, 10) < 7) throw tooOld(version)
  return said.get('mode') === 'cluster' ? 'cluster' : 'standalone'
}

async function hello(connection: Connection): Promise<Map<string, string>> {
  try {
    const reply = await ask(connection, z.array(z.unknown()), 'HELLO')
    return new Map(reply.flatMap((name, at) => (at % 2 ? [] : [[String(name), String(reply[at + 1])]])))
  } catch (error) {
    throw isRefusal(error, 'ERR') ? tooOld('older than 6') : error
  }
}

function tooOld(version: string): Failure {
  return new Failure('client', 'redis_too_old', `Redis 7 or later is needed, and this one is ${version}`)
}
