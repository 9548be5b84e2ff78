import type { ChatTurn, ToolCallTurn } from './chat-turn.ts'

/** The deltas in which a provider streams its calls. */
export function callDeltas({ calls, manner = 'pieces' }: Extract<ChatTurn, { kind: 'calls' }>): object[] {
  return calls.flatMap((call, index) => {
    const id = call.id ?? `call_${index}`
    if (manner === 'pieces') return inPieces(call, index, id)
    const named = { type: 'function', function: { name: call.name, arguments: call.arguments } }
    return [{ tool_calls: [manner === 'whole' ? { index, id, ...named } : named] }]
  })
}

function inPieces({ name, arguments: given }: ToolCallTurn, index: number, id: string): object[] {
  const head = { index, id, type: 'function', function: { name, arguments: '' } }
  const pieces = given.match(/[^]{1,6}/gu) ?? []
  return [head, ...pieces.map((piece) => ({ index, function: { arguments: piece } }))].map((piece) => ({
    tool_calls: [piece],
  }))
}
