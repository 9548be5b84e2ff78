import type { ContextItem, ContextToolCall, ContextToolResult } from '@voicebox/engines'

/** Stands for the result of a call that has none. */
export const noResultYet = 'There is no result yet.'

/**
 * Puts results behind their calls, as chat completions demand it: after each run of adjacent calls (those of one
 * response) come their results, in the order of the calls and one for each. A result belongs to the nearest call of its
 * id before it, else to the first one after it. Of several results of a call the last one stands, a result without a
 * call is left out, and a call without a result gets one that says so. No run has an id twice.
 */
export function pairTools(entries: readonly ContextItem[]): ContextItem[] {
  const results = resultsOf(entries)
  const paired: ContextItem[] = []
  let run: ContextToolCall[] = []
  const endRun = (): void => {
    paired.push(...run, ...run.map((call) => results.get(call) ?? standIn(call)))
    run = []
  }
  const owned = new Set(results.values())
  for (const entry of entries) {
    if (entry.role === 'tool_call') {
      if (run.some((call) => call.callId === entry.callId)) endRun()
      run.push(entry)
    } else if (entry.role === 'tool_result') {
      if (owned.has(entry)) endRun()
    } else {
      endRun()
      paired.push(entry)
    }
  }
  endRun()
  return paired
}

function resultsOf(entries: readonly ContextItem[]): Map<ContextToolCall, ContextToolResult> {
  const results = new Map<ContextToolCall, ContextToolResult>()
  const calls = new Map<string, ContextToolCall>()
  const early = new Map<string, ContextToolResult>()
  for (const entry of entries) {
    if (entry.role === 'tool_call') {
      const result = early.get(entry.callId)
      if (result !== undefined) results.set(entry, result)
      early.delete(entry.callId)
      calls.set(entry.callId, entry)
    }
    if (entry.role === 'tool_result') {
      const call = calls.get(entry.callId)
      if (call === undefined) early.set(entry.callId, entry)
      else results.set(call, entry)
    }
  }
  return results
}

function standIn({ callId }: ContextToolCall): ContextToolResult {
  return { role: 'tool_result', callId, output: noResultYet }
}
