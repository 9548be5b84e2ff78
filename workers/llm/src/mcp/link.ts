import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js'
import type { Closable } from '@voicebox/kernel'

/** An MCP client and the transport that it speaks through. */
export interface Link extends Closable {
  readonly client: Client
  /** Connects and introduces itself. Throws what the SDK throws. */
  open(): Promise<void>
  /** Whether this message, as it was sent, asked for an answer that has not come. */
  awaits(sent: string): boolean
  /** Waits until what was sent last is delivered, and ends the session at the server. */
  takeLeave(): Promise<void>
  close(): Promise<void>
}

/** Time-outs are ours, over the whole exchange. */
export const noTimeoutMs = 2 ** 31 - 1

export function makeLink(transport: Transport & { terminateSession?(): Promise<void> }): Link {
  const client = new Client({ name: 'agentvoicebox', version: '0.1.0' }, { jsonSchemaValidator: noValidation })
  const unanswered = new Set<RequestId>()
  const send = transport.send.bind(transport)
  let delivered = Promise.resolve()
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message) unanswered.add(message.id)
    const sent = send(message, options)
    delivered = sent.catch(() => {}) // told to whoever sends
    return sent
  }
  transport.onmessage = (message) => {
    if (!('method' in message) && message.id !== undefined) unanswered.delete(message.id)
  }
  return {
    client,
    open: () => client.connect(transport, { timeout: noTimeoutMs }),
    awaits(sent) {
      const { id } = JSON.parse(sent) as { id?: RequestId }
      return id !== undefined && unanswered.has(id)
    },
    async takeLeave() {
      await delivered
      await transport.terminateSession?.().catch(() => {}) // it is the server’s to forget sessions
    },
    async close() {
      await transport.close() // also of a client that did not connect
    },
  }
}

/** Schemas come from the server: to compile one would let it run code of its choice for as long as it likes. */
const noValidation: jsonSchemaValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: 'Not validated' }),
}
