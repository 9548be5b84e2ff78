import type { Connection, Sender } from './connection.ts'
import type { Shards } from './shards.ts'

/** For commands that block, all on the same key. They fail at once while its node is away, or when it is another by now. */
export interface BlockingSender extends Sender {
  disconnect(): void
}

export function openBlocking(shards: Shards, key: string): BlockingSender {
  let line: { node: string; connection: Connection } | undefined
  let isClosed = false
  const stopListening = shards.onMoved(() => {
    if (line !== undefined && shards.ownerOf(key) !== line.node) leave()
  })
  return {
    async callBuffer(command, ...args) {
      if (isClosed) throw new Error('The connection was closed')
      try {
        return await (line ??= join()).connection.callBuffer(command, ...args)
      } catch (error) {
        shards.refresh()
        throw error
      }
    },
    disconnect() {
      isClosed = true
      stopListening()
      leave()
    },
  }

  function join(): { node: string; connection: Connection } {
    const node = shards.ownerOf(key)
    if (node === null) throw new Error('No node has the key')
    return { node, connection: shards.open(node, 'blocking') }
  }

  function leave(): void {
    line?.connection.disconnect()
    line = undefined
  }
}
