import type { ServerEvent } from '@voicebox/protocol'
import type { Store } from '@voicebox/store'

/** What history has of a session. */
export interface Kept {
  session: object | null
  /** In their order. */
  items: unknown[]
  /** In the order in which they were done. */
  responses: unknown[]
  /** By turn. */
  usage: Record<string, Readonly<Record<string, number>>>
}

export async function readKept(store: Store, tenantId: string, sessionId: string): Promise<Kept> {
  return store.asTenant(tenantId, async (within) => {
    const session = await within
      .selectFrom('sessions')
      .select(['type', 'model', 'end_reason'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    const items = await within
      .selectFrom('conversation_items')
      .select('item')
      .where('session_id', '=', sessionId)
      .where('position', 'is not', null)
      .orderBy('position')
      .execute()
    const responses = await within
      .selectFrom('responses')
      .select('response')
      .where('session_id', '=', sessionId)
      .orderBy('number')
      .execute()
    const turns = await within
      .selectFrom('usage')
      .select(['turn_id', 'counts'])
      .where('session_id', '=', sessionId)
      .execute()
    return {
      session: session ?? null,
      items: items.map(({ item }) => item),
      responses: responses.map(({ response }) => response),
      usage: Object.fromEntries(turns.map(({ turn_id, counts }) => [turn_id, counts])),
    }
  })
}

/** What history must have, by what the client was told. */
export function toldToClient(events: readonly ServerEvent[]): Kept {
  const order: string[] = []
  const items = new Map<string, ItemLike>()
  const responses: unknown[] = []
  const usage: Kept['usage'] = {}
  for (const event of events) {
    switch (event.type) {
      case 'conversation.item.added': {
        const before = event.previous_item_id == null ? 0 : order.indexOf(event.previous_item_id) + 1
        order.splice(before, 0, event.item.id)
        items.set(event.item.id, event.item)
        break
      }
      case 'conversation.item.done':
        items.set(event.item.id, event.item)
        break
      case 'conversation.item.input_audio_transcription.completed': {
        const { item_id, transcript, usage: took } = event
        items.set(item_id, withTranscript(items.get(item_id), transcript))
        if (took.type === 'duration') usage[item_id] = { transcription_audio_ms: Math.round(took.seconds * 1_000) }
        break
      }
      case 'conversation.item.truncated':
        items.set(event.item_id, { ...items.get(event.item_id), content: [{ type: 'output_audio' }] })
        break
      case 'conversation.item.deleted':
        order.splice(order.indexOf(event.item_id), 1)
        break
      case 'response.done': {
        responses.push(event.response)
        const { id, usage: took } = event.response
        if (took == null) break
        const { input_token_details: input, output_token_details: output } = took
        usage[id] = {
          input_text_tokens: input.text_tokens,
          input_audio_tokens: input.audio_tokens,
          input_image_tokens: input.image_tokens,
          cached_tokens: input.cached_tokens,
          output_text_tokens: output.text_tokens,
          output_audio_tokens: output.audio_tokens,
        }
        break
      }
      default:
    }
  }
  const session = { type: 'realtime', model: 'gpt-realtime', end_reason: 'closed_1000' }
  return { session, items: order.map((id) => items.get(id)), responses, usage }
}

type ItemLike = object & { content?: readonly object[] }

function withTranscript(item: ItemLike | undefined, transcript: string): ItemLike {
  const content = (item?.content ?? []).map((part) => ('transcript' in part ? { ...part, transcript } : part))
  return { ...item, content }
}
