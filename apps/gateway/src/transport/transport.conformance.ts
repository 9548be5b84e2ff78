import { afterEach, beforeEach } from 'vitest'
import { backpressureConformance } from './conformance/backpressure.ts'
import { closingConformance } from './conformance/closing.ts'
import { framesConformance } from './conformance/frames.ts'
import { heartbeatConformance } from './conformance/heartbeat.ts'
import { type Host, type OpenHost, type TlsFiles, openHost } from './conformance/host.ts'
import { httpConformance } from './conformance/http.ts'
import { portConformance } from './conformance/port.ts'
import { upgradesConformance } from './conformance/upgrades.ts'
import type { Transport } from './port.ts'

/** What every `Transport` must do; run it once plain and once with TLS. */
export function transportConformance(transport: Transport, tlsFiles?: () => TlsFiles): void {
  let hosts: Host[] = []
  const open: OpenHost = async (options = {}) => {
    const host = await openHost(transport, tlsFiles?.(), options)
    hosts.push(host)
    return host
  }
  beforeEach(() => {
    hosts = []
  })
  afterEach(async () => {
    for (const { seen } of hosts) for (const { socket } of seen) socket.terminate() // so that no listener waits for its peers
    await Promise.all(hosts.map((host) => host.listener.close()))
  })

  framesConformance(open)
  upgradesConformance(open)
  closingConformance(open)
  backpressureConformance(open)
  heartbeatConformance(open)
  httpConformance(open)
  portConformance(open)
}
