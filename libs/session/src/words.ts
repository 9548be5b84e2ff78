import type { Item, McpApprovalRequestItem } from '@voicebox/protocol'

/** A piece of the conversation as a language model sees it: audio stands as its words. */
export type ContextEntry =
  | { role: 'system' | 'user' | 'assistant'; text: string; images?: readonly ContextImage[] }
  | { role: 'tool_call'; callId: string; name: string; arguments: string }
  | { role: 'tool_result'; callId: string; output: string }

export interface ContextImage {
  readonly url: string
  readonly detail: 'auto' | 'low' | 'high'
}

export interface ContextHints {
  /** The words of truncated audio, in place of its transcript. */
  heard?: string | null
  /** What an approval response answers. */
  request?: McpApprovalRequestItem | null
}

/** What the language model shall see of an item; nothing of what only concerns the client and the server. */
export function contextOf(item: Item, { heard = null, request = null }: ContextHints = {}): ContextEntry[] {
  switch (item.type) {
    case 'message':
      return [messageContext(item, heard)]
    case 'function_call':
      return [{ role: 'tool_call', callId: item.call_id, name: item.name, arguments: item.arguments }]
    case 'function_call_output':
      return [{ role: 'tool_result', callId: item.call_id, output: item.output }]
    case 'mcp_call':
      if (item.status === 'in_progress') return exchange(item, 'The call has not ended yet.')
      return exchange(item, item.output ?? `The call failed: ${item.error?.message ?? 'it was cancelled'}`)
    case 'mcp_approval_response':
      if (item.approve || request === null) return []
      return exchange(request, `The user did not allow this call.${item.reason ? ` Reason: ${item.reason}` : ''}`)
    case 'mcp_list_tools':
    case 'mcp_approval_request':
      return []
  }
}

function exchange(
  { id, name, arguments: given }: Pick<McpApprovalRequestItem, 'id' | 'name' | 'arguments'>,
  output: string,
): ContextEntry[] {
  return [
    { role: 'tool_call', callId: id, name, arguments: given },
    { role: 'tool_result', callId: id, output },
  ]
}

function messageContext(item: Extract<Item, { type: 'message' }>, heard: string | null): ContextEntry {
  const parts = item.content.flatMap((part) => {
    if ('text' in part) return [part.text]
    return 'transcript' in part ? [part.transcript ?? ''] : []
  })
  const images = item.content.flatMap((part) =>
    part.type === 'input_image' ? [{ url: part.image_url, detail: part.detail }] : [],
  )
  const text = heard ?? parts.filter((words) => words !== '').join('\n')
  return { role: item.role, text, ...(images.length > 0 ? { images } : {}) }
}

/** How much text that is, in characters; a picture counts as its data URI. */
export function charactersOf(context: readonly ContextEntry[]): number {
  return context.reduce((sum, entry) => sum + lengthOf(entry), 0)
}

function lengthOf(entry: ContextEntry): number {
  switch (entry.role) {
    case 'tool_call':
      return entry.name.length + entry.arguments.length
    case 'tool_result':
      return entry.output.length
    default:
      return (entry.images ?? []).reduce((sum, image) => sum + image.url.length, entry.text.length)
  }
}
