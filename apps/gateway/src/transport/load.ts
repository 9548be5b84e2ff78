import { Failure } from '@voicebox/kernel'
import type { Transport } from './port.ts'
import type { Uws } from './uws-types.ts'
import { makeUwsTransport } from './uws.ts'
import { makeWsTransport } from './ws.ts'

export type TransportPreference = 'auto' | 'uws' | 'ws'

/**
 * Finds the transport to use: with `auto` uWebSockets where it can be loaded, else `ws`. `why` is one sentence for the log.
 * Throws a `Failure` of kind `dependency` when uWebSockets is demanded and cannot be loaded. uWebSockets answers 431 to more
 * than 4 KiB of headers, unless the environment has UWS_HTTP_MAX_HEADERS_SIZE by now; Node's own server takes 16 KiB.
 */
export async function loadTransport(
  preference: TransportPreference,
  importPackage: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<{ transport: Transport; why: string }> {
  if (preference === 'ws') return { transport: makeWsTransport(), why: 'ws was asked for' }
  const obstacles: string[] = []
  for (const name of uwsPackages()) {
    try {
      return { transport: makeUwsTransport(asUws(await importPackage(name))), why: `${name} was found` }
    } catch (error) {
      obstacles.push(`${name}: ${firstLine(error)}`)
    }
  }
  const why = `uWebSockets cannot be loaded (${obstacles.join('; ')})`
  if (preference === 'auto') return { transport: makeWsTransport(), why }
  const remedy = `install ${uwsPackages().join(' or ')}, or choose the transport ws`
  throw new Failure('dependency', 'uws_unavailable', `${why}: ${remedy}`, { retryable: false })
}

/** The official package, which is not on npm and so is there only where an operator put it, then the repack for this platform. */
function uwsPackages(): readonly string[] {
  const nodeMajor = process.versions.node.split('.')[0] ?? ''
  return ['uWebSockets.js', `@uwsjs/${process.platform}-${process.arch}-${nodeMajor}`]
}

function asUws(module: unknown): Uws {
  const candidate: unknown = hasKey(module, 'default') ? module.default : module
  if (isUws(candidate)) return candidate
  throw new TypeError('it is not uWebSockets.js')
}

function isUws(module: unknown): module is Uws {
  return ['App', 'SSLApp', 'us_listen_socket_close', 'us_socket_local_port'].every(
    (name) => hasKey(module, name) && typeof module[name] === 'function',
  )
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
