import type { ContentPart, FunctionCallItem, FunctionCallOutputItem, Item, MessageItem } from '../item.ts'
import { betaPartNames } from './names.ts'

type Names = typeof betaPartNames
type PartOf<P extends ContentPart> = P extends { type: keyof Names } ? Omit<P, 'type'> & { type: Names[P['type']] } : P

/** A part of a message as the beta dialect shows it; it knows no pictures. */
export type BetaPart = PartOf<Exclude<ContentPart, { type: 'input_image' }>>

export type BetaItem =
  (Omit<MessageItem, 'content'> & { content: BetaPart[] }) | FunctionCallItem | FunctionCallOutputItem

/** Shows an item as the beta dialect knows it; null for those of MCP servers, which it does not. */
export function betaItemOf(item: Item): BetaItem | null {
  switch (item.type) {
    case 'message':
      return { ...item, content: item.content.flatMap((part: ContentPart) => betaPartOf(part) ?? []) }
    case 'function_call':
    case 'function_call_output':
      return item
    case 'mcp_list_tools':
    case 'mcp_call':
    case 'mcp_approval_request':
    case 'mcp_approval_response':
      return null
  }
}

function betaPartOf(part: ContentPart): BetaPart | null {
  switch (part.type) {
    case 'output_text':
    case 'output_audio':
      return { ...part, type: betaPartNames[part.type] } as BetaPart
    case 'input_text':
    case 'input_audio':
      return part
    case 'input_image':
      return null
  }
}
