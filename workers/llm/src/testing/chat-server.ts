import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Closable } from '@voicebox/kernel'
import type { ChatRequest, ChatScript, ChatTurn } from './chat-turn.ts'
import { playTurn } from './play-turn.ts'

/** A provider of language on this machine, which speaks OpenAI's chat completions and does as it is told. */
export interface ChatServer extends Closable {
  /** For a provider's `baseURL`. */
  readonly url: string
  /** All requests so far, oldest first. */
  readonly requests: readonly ChatRequest[]
  /** Connections whose turn goes on. */
  openTurns(): number
  /** Starts another script; turns under way go on. */
  use(script: ChatScript): void
  close(): Promise<void>
}

export async function startChatServer(script: ChatScript): Promise<ChatServer> {
  const requests: ChatRequest[] = []
  let nextTurn = turnsOf(script)
  let openTurns = 0
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions') {
      response.writeHead(404).end()
      return
    }
    const body = (await json(incoming)) as ChatRequest['body'] & { messages: ChatMessage[]; model: string }
    const { model } = body
    const messages = body.messages.map(({ role, content }) => ({ role, content: wordsOf(content) }))
    const ended = Promise.withResolvers<Awaited<ChatRequest['ended']>>()
    const request = { messages, model, body, authorization: incoming.headers.authorization, ended: ended.promise }
    const turn = nextTurn(request)
    requests.push(request)
    openTurns += 1
    const left = new AbortController()
    response.once('close', () => left.abort())
    await playTurn(response, turn, request, left.signal).finally(() => {
      openTurns -= 1
      const isCut = turn.kind === 'cut' || (turn.kind === 'calls' && turn.then === 'cut')
      const isLeft = !isCut && left.signal.aborted && !response.writableEnded
      ended.resolve(isLeft ? 'client left' : 'as scripted')
    })
  }
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    openTurns: () => openTurns,
    use(next) {
      nextTurn = turnsOf(next)
    },
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface ChatMessage {
  role: string
  content?: string | readonly { text?: string }[] | null
}

function wordsOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

function turnsOf(script: ChatScript): (request: ChatRequest) => ChatTurn {
  if (typeof script === 'function') return script
  const turns = Array.isArray(script) ? [...(script as readonly ChatTurn[])] : [script as ChatTurn]
  return () => {
    const turn = turns.length > 1 ? turns.shift() : turns[0]
    if (turn === undefined) throw new Error('The script has no turn')
    return turn
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
