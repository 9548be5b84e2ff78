import type { Log } from '@voicebox/kernel'
import { type Peer, type Wire, openPeer } from './peer.ts'
import type { Acceptance } from './port.ts'

export type Accepted = Extract<Acceptance, { kind: 'accept' }>

/** The open sockets of one listener. It pings them all on one timer and closes them all at the end. */
export interface Peers {
  readonly size: number
  open(wire: Wire, open: Accepted['open']): Peer
  /** Closes every peer with 1001, and every one that is opened later. */
  close(): void
}

export function makePeers(limits: { maxSendBufferBytes: number; pingIntervalMs: number; log: Log }): Peers {
  const peers = new Set<Peer>()
  let isClosing = false
  const timer = setInterval(() => {
    for (const peer of peers) peer.beat()
  }, limits.pingIntervalMs)
  return {
    get size() {
      return peers.size
    },
    open(wire, open) {
      const peer = openPeer(wire, open, { ...limits, onGone: (gone) => peers.delete(gone) })
      if (peer.isOpen) peers.add(peer)
      if (isClosing) goAway(peer)
      return peer
    },
    close() {
      isClosing = true
      clearInterval(timer)
      for (const peer of peers) goAway(peer)
    },
  }
}

function goAway(peer: Peer): void {
  peer.socket.close(1001, 'server_shutting_down')
}
