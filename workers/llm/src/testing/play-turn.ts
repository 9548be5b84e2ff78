import type { ServerResponse } from 'node:http'
import { aborted, sleep } from '@voicebox/kernel'
import { callDeltas } from './call-deltas.ts'
import type { ChatRequest, ChatTurn, ChatUsage } from './chat-turn.ts'

/** What a turn depends on. */
export type Asked = Pick<ChatRequest, 'body' | 'messages' | 'model'>

/** Does one turn, until its end or until the connection is `left`. */
export async function playTurn(
  response: ServerResponse,
  turn: ChatTurn,
  request: Asked,
  left: AbortSignal,
): Promise<void> {
  if (turn.kind === 'status') {
    const { status, code = null, message = 'Refused as scripted.' } = turn
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message, type: 'scripted', code, param: null } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  if (turn.kind === 'reply') return playReply(response, turn, request, left)
  if (turn.kind === 'calls') return playCalls(response, turn, request, left)
  for (const text of 'after' in turn ? (turn.after ?? []) : []) response.write(chunk(request, { content: text }))
  if (turn.kind === 'empty') response.end('data: [DONE]\n\n')
  if (turn.kind === 'garbage') response.end(`data: ${turn.data}\n\n`)
  if (turn.kind === 'cut') await breakOff(response)
  if (turn.kind === 'hang') await aborted(left)
}

async function playReply(
  response: ServerResponse,
  { chunks, firstTokenMs = 0, chunkMs = 0, finishReason, usage }: Extract<ChatTurn, { kind: 'reply' }>,
  request: Asked,
  left: AbortSignal,
): Promise<void> {
  const limit = Number(request.body['max_tokens'] ?? request.body['max_completion_tokens'] ?? Infinity)
  const said = chunks.slice(0, limit)
  response.write(chunk(request, { role: 'assistant', content: '' }))
  for (const [index, content] of said.entries()) {
    const waitMs = index === 0 ? firstTokenMs : chunkMs
    if (waitMs > 0) await sleep(waitMs, left)
    if (left.aborted) return
    response.write(chunk(request, { content }))
  }
  const reason = finishReason ?? (said.length < chunks.length ? 'length' : 'stop')
  finish(response, request, { reason, usage, tokens: said.length })
}

async function playCalls(
  response: ServerResponse,
  turn: Extract<ChatTurn, { kind: 'calls' }>,
  request: Asked,
  left: AbortSignal,
): Promise<void> {
  const { text = [], chunkMs = 0, finishReason = 'tool_calls', usage, then } = turn
  const deltas = [...text.map((content) => ({ content })), ...callDeltas(turn)]
  for (const delta of then === undefined ? deltas : deltas.slice(0, Math.ceil(deltas.length / 2))) {
    if (chunkMs > 0) await sleep(chunkMs, left)
    if (left.aborted) return
    response.write(chunk(request, delta))
  }
  if (then === 'cut') await breakOff(response)
  else if (then === 'hang') await aborted(left)
  else finish(response, request, { reason: finishReason, usage, tokens: deltas.length })
}

function finish(
  response: ServerResponse,
  request: Asked,
  { reason, usage, tokens }: { reason: string; usage: ChatUsage | undefined; tokens: number },
): void {
  response.write(chunk(request, {}, reason))
  if (usage !== 'none') {
    const counted = usage ?? { prompt_tokens: request.messages.length, completion_tokens: tokens }
    response.write(event({ ...frame(request), choices: [], usage: counted }))
  }
  response.end('data: [DONE]\n\n')
}

/** Breaks the connection once the client has what was written before: a reset could overtake it. */
async function breakOff(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write('', () => resolve())
  })
  response.destroy()
}

function chunk(request: Asked, delta: object, finish: string | null = null): string {
  return event({ ...frame(request), choices: [{ index: 0, delta, finish_reason: finish }] })
}

function frame(request: Asked): object {
  return { id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 0, model: request.model }
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
