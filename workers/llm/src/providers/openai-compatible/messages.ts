import type { ContextMessage, ContextToolCall, GenerationRequest } from '@voicebox/engines'
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'

/**
 * The conversation as chat completions have it. Calls are part of the assistant's message before them, as they were when
 * the model made them; each is followed by its result in the context. A model that cannot see is told of pictures.
 */
export function chatMessages(
  { vision }: { vision: boolean },
  { instructions, context }: GenerationRequest,
): ChatCompletionMessageParam[] {
  const messages: ChatCompletionMessageParam[] = []
  if (instructions !== '') messages.push({ role: 'system', content: instructions })
  for (const entry of context) {
    if (entry.role === 'tool_result') {
      messages.push({ role: 'tool', tool_call_id: entry.callId, content: entry.output })
    } else if (entry.role === 'tool_call') {
      const last = messages.at(-1)
      const call = toolCall(entry)
      if (last?.role === 'assistant') last.tool_calls = [...(last.tool_calls ?? []), call]
      else messages.push({ role: 'assistant', content: null, tool_calls: [call] })
    } else if (entry.role === 'user') {
      messages.push({ role: 'user', content: vision ? withPictures(entry) : withoutPictures(entry) })
    } else {
      messages.push({ role: entry.role, content: entry.text })
    }
  }
  return messages
}

function withPictures({ text, images = [] }: ContextMessage): string | ChatCompletionContentPart[] {
  if (images.length === 0) return text
  const words = text === '' ? [] : [{ type: 'text' as const, text }]
  return [...words, ...images.map(({ url, detail }) => ({ type: 'image_url' as const, image_url: { url, detail } }))]
}

function withoutPictures({ text, images = [] }: ContextMessage): string {
  if (images.length === 0) return text
  const shown = images.length === 1 ? 'a picture' : `${images.length} pictures`
  return `${text}\n[The user shows ${shown}, which you cannot see.]`.trimStart()
}

function toolCall({ callId, name, arguments: given }: ContextToolCall): ChatCompletionMessageFunctionToolCall {
  return { id: callId, type: 'function', function: { name, arguments: isJsonObject(given) ? given : '{}' } }
}

/** Some providers refuse a conversation in which there are any other arguments, such as those of a call that was cut short. */
function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
