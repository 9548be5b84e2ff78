import type { ServerEvent } from '@voicebox/protocol'

/** The ids of a session that lives, for frames that were written before it. */
export interface Names {
  /** Puts ids in place of `$item:0` (the latest but none), `$response:1`, `$call:0` and `$request:0`. */
  resolve(frame: string): string
  hear(event: ServerEvent): void
  /** The n-th id of a kind, from the latest, counted round. */
  nth(kind: Kind, back: number): string
}

type Kind = 'item' | 'response' | 'call' | 'request' | 'listing'

export function makeNames(): Names {
  const known: Record<Kind, string[]> = { item: [], response: [], call: [], request: [], listing: [] }

  function learn(kind: Kind, id: string | undefined): void {
    if (id !== undefined && !known[kind].includes(id)) known[kind].push(id)
  }

  const names: Names = {
    resolve: (frame) =>
      frame.replaceAll(/\$(item|response|call|request):(\d)/g, (_, kind: Kind, back) => names.nth(kind, Number(back))),
    hear(event) {
      if (event.type === 'response.created') learn('response', event.response.id)
      if (event.type === 'input_audio_buffer.committed' || event.type === 'input_audio_buffer.speech_started')
        learn('item', event.item_id)
      const item = 'item' in event ? event.item : null
      if (item === null) return
      learn('item', item.id)
      if (item.type === 'function_call') learn('call', item.call_id)
      if (item.type === 'mcp_approval_request') learn('request', item.id)
      if (item.type === 'mcp_list_tools') learn('listing', item.id)
    },
    nth(kind, back) {
      const ids = known[kind]
      return ids[ids.length - 1 - (Math.abs(Math.trunc(back)) % Math.max(ids.length, 1))] ?? `${kind}_none`
    },
  }
  return names
}
