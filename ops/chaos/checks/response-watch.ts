import type { Item, ServerEvent } from '@voicebox/protocol'

/** What may come of a response after it was created. */
export type ResponseEvent = Extract<ServerEvent, { response_id: string } | { type: 'response.done' }>

export function isOfResponse(event: ServerEvent): event is ResponseEvent {
  return 'response_id' in event || event.type === 'response.done'
}

type Tell = (expected: string, came: string) => void

interface Piece {
  /** What its deltas make. */
  words: string
  /** What must be told of the part before it is done; null before there is a part. */
  open: Set<ResponseEvent['type']> | null
  isDone: boolean
}

/** Watches one response, whose events come in order. */
export function makeResponseWatch(id: string): { see(event: ResponseEvent, tell: Tell): void; end(tell: Tell): void } {
  const items = new Map<string, Piece>()
  let isDone = false

  function see(event: ResponseEvent, tell: Tell): void {
    if (isDone) return tell(`nothing of ${id} after it was done`, event.type)
    switch (event.type) {
      case 'response.output_item.added':
        if (items.has(event.item.id)) return tell(`${event.item.id} added once`, 'it again')
        items.set(event.item.id, { words: '', open: opened(event.item), isDone: false })
        return
      case 'response.output_item.done':
        return seeItemDone(event.item, tell)
      case 'response.done': {
        isDone = true
        for (const [item, piece] of items) if (!piece.isDone) tell(`${item} done before ${id}`, 'response.done')
        const output = event.response.output.map((item) => item.id)
        if (output.join() !== [...items.keys()].join()) tell(`the output ${[...items.keys()].join()}`, output.join())
        for (const item of event.response.output) compare(item, items.get(item.id), tell)
        return
      }
      default:
        seePart(event, tell)
    }
  }

  function seeItemDone(item: Item, tell: Tell): void {
    const piece = items.get(item.id)
    if (piece === undefined || piece.isDone) return tell('an item that is not done yet', `${item.id} done`)
    for (const type of piece.open ?? []) tell(`${type} of ${item.id} first`, 'the item done')
    piece.isDone = true
    compare(item, piece, tell)
  }

  function seePart(event: PartEvent, tell: Tell): void {
    const piece = items.get(event.item_id)
    if (piece === undefined || piece.isDone) return tell('an item in progress', `${event.type} of ${event.item_id}`)
    if (event.type === 'response.content_part.added') {
      if (piece.open !== null) tell('one part', 'another')
      piece.open = new Set(event.part.type === 'text' ? endsOfText : endsOfAudio)
      return
    }
    const end = event.type.replace('.delta', '.done') as ResponseEvent['type']
    if (piece.open?.has(end) !== true) tell(`nothing more after ${end}`, event.type)
    if (event.type === end) piece.open?.delete(end)
    if (event.type === 'response.content_part.done')
      for (const type of piece.open ?? []) tell(`${type} first`, event.type)
    if (event.type === 'response.output_audio.delta') return
    if ('delta' in event) piece.words += event.delta
    const whole = wholeIn(event)
    if (whole !== null && whole !== piece.words) tell(`what its deltas make: ${piece.words}`, `${event.type}: ${whole}`)
  }

  return {
    see,
    end(tell) {
      if (!isDone) tell(`${id} done`, 'nothing')
    },
  }
}

const endsOfText = ['response.output_text.done', 'response.content_part.done'] as const
const endsOfAudio = [
  'response.output_audio.done',
  'response.output_audio_transcript.done',
  'response.content_part.done',
] as const

/** What must be told of a call; a message has that of its part. */
function opened({ type }: Item): Piece['open'] {
  return type === 'function_call' ? new Set(['response.function_call_arguments.done']) : null
}

type PartEvent = Exclude<
  ResponseEvent,
  { type: 'response.output_item.added' | 'response.output_item.done' | 'response.done' }
>

/** What an event says that all deltas before it make together. */
function wholeIn(event: PartEvent): string | null {
  switch (event.type) {
    case 'response.output_text.done':
      return event.text
    case 'response.output_audio_transcript.done':
      return event.transcript
    case 'response.function_call_arguments.done':
      return event.arguments
    case 'response.content_part.done':
      return event.part.type === 'text' ? event.part.text : event.part.transcript
    default:
      return null
  }
}

function compare(item: Item, piece: Piece | undefined, tell: Tell): void {
  const words = wordsOf(item)
  if (piece !== undefined && words !== null && words !== piece.words)
    tell(`${item.id} with what its deltas make: ${piece.words}`, words)
}

/** What a response's item says, or calls with. */
export function wordsOf(item: Item): string | null {
  if (item.type === 'function_call') return item.arguments
  if (item.type !== 'message') return null
  const words = item.content.map((part) =>
    part.type === 'output_text' || part.type === 'input_text'
      ? part.text
      : part.type === 'input_image'
        ? ''
        : (part.transcript ?? ''),
  )
  return words.join('')
}
