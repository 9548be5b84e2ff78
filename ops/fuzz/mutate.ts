import type { Chance } from '../chaos/plan/chance.ts'

/** What a target is given: texts, one after the other. */
export type Frames = readonly string[]

const maxLength = 20_000

/** Changes some of the frames, here and there as no client would; what is mixed in comes from `corpus`. */
export function mutate(frames: Frames, corpus: readonly Frames[], chance: Chance): string[] {
  let mutated = [...frames]
  const times = chance.whole(1, 4)
  for (let time = 0; time < times; time++) {
    const at = chance.whole(0, Math.max(0, mutated.length - 1))
    const others = some(corpus, chance) ?? []
    if (mutated.length === 0 || chance.next() < 0.2) mutated = rearranged(mutated, at, others, chance)
    else mutated[at] = mutateFrame(mutated[at] ?? '', some(others, chance) ?? '', chance).slice(0, maxLength)
  }
  return mutated
}

function rearranged(frames: readonly string[], at: number, others: Frames, chance: Chance): string[] {
  const how = chance.pick(['drop', 'repeat', 'mix', 'append', 'swap'])
  const [head, tail] = [frames.slice(0, at), frames.slice(at)]
  switch (how) {
    case 'drop':
      return [...head, ...tail.slice(1)]
    case 'repeat':
      return [...head, ...tail.slice(0, 1), ...tail]
    case 'mix':
      return [...head, ...others, ...tail]
    case 'append':
      return [...head, ...others.slice(chance.whole(0, others.length))]
    case 'swap':
      return [...tail, ...head]
  }
}

/** Mostly by its structure; now and then by its letters alone. */
export function mutateFrame(frame: string, other: string, chance: Chance): string {
  const value = parsed(frame)
  if (value === undefined || chance.next() < 0.1) return mutateText(frame, chance)
  // nothing is left where the whole of it was dropped
  return JSON.stringify(mutateValue(value, parsed(other) ?? other, chance)) ?? ''
}

function mutateText(text: string, chance: Chance): string {
  const [from, to] = [chance.whole(0, text.length), chance.whole(0, text.length)].sort((a, b) => a - b) as [
    number,
    number,
  ]
  const how = chance.pick(['cut', 'repeat', 'put', 'begin'])
  if (how === 'cut') return text.slice(0, from) + text.slice(to)
  if (how === 'repeat') return text.slice(0, to) + text.slice(from)
  if (how === 'begin') return text.slice(0, to)
  return (
    text.slice(0, from) + chance.pick(['\0', '"', '{', ']', '\\u', '\ud800', '1e999', ',', '  ']) + text.slice(from)
  )
}

type Node = { [key: string]: unknown } | unknown[]

/** Changes one place of a JSON value, any place alike. */
function mutateValue(value: unknown, other: unknown, chance: Chance): unknown {
  const root = { value: structuredClone(value) }
  const places = placesIn(root)
  const [node, key] = chance.pick(places as [Place, ...Place[]])
  const slot = node as Record<string, unknown>
  const how = chance.pick(['replace', 'tweak', 'tweak', 'drop', 'borrow', 'wrap', 'copy'])
  if (how === 'replace') slot[key] = chance.pick(oddValues)
  else if (how === 'tweak') slot[key] = tweaked(slot[key], chance)
  else if (how === 'borrow') {
    const [from, name] = chance.pick(placesIn({ value: other }) as [Place, ...Place[]])
    slot[key] = structuredClone((from as Record<string, unknown>)[name])
  } else if (how === 'wrap') slot[key] = chance.next() < 0.5 ? [slot[key]] : { [chance.pick(oddKeys)]: slot[key] }
  else if (Array.isArray(node))
    node.splice(Number(key), how === 'drop' ? 1 : 0, ...(how === 'copy' ? [node[Number(key)]] : []))
  else if (how === 'drop') slot[key] = undefined
  else
    Object.defineProperty(slot, chance.pick(oddKeys), {
      value: slot[key],
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return root.value
}

type Place = readonly [node: Node, key: string]

function placesIn(root: Node): Place[] {
  return Object.entries(root).flatMap(([key, value]): Place[] => {
    const here: Place = [root, key]
    return typeof value === 'object' && value !== null ? [here, ...placesIn(value as Node)] : [here]
  })
}

function tweaked(value: unknown, chance: Chance): unknown {
  switch (typeof value) {
    case 'number':
      return chance.pick([-value, value + 1, value - 1, value / 2, value * 1_000, value + 0.5, 0, -1, 2 ** 53])
    case 'string':
      return tweakedText(value, chance)
    case 'boolean':
      return !value
    default:
      return chance.pick(oddValues)
  }
}

function tweakedText(text: string, chance: Chance): string {
  const known = chance.pick(knownTexts)
  return chance.pick([
    text + text,
    text.slice(1),
    `${text} `,
    text.toUpperCase(),
    '',
    known,
    known,
    mutateText(text, chance),
  ])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function some<T>(choices: readonly T[], chance: Chance): T | undefined {
  return choices[chance.whole(0, choices.length - 1)]
}

const long = 'long '.repeat(1_000)
const oddValues = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  long,
  [],
  {},
  [[]],
  { type: 'text' },
  ['audio', 'text'],
] as const
const oddKeys = [
  '__proto__',
  'constructor',
  'toString',
  'type',
  'id',
  'event_id',
  'item',
  'session',
  '',
  'extra',
] as const
/** What a session knows, or might. `$item:0` and the like stand for ids that are only known while it lives. */
const knownTexts = [
  '$item:0',
  '$item:1',
  '$item:2',
  '$response:0',
  '$call:0',
  'root',
  'auto',
  'none',
  'inf',
  'audio/pcm',
  'audio/pcmu',
  'server_vad',
  'semantic_vad',
  'message',
  'function_call_output',
  'mcp_approval_response',
  'item_reference',
  'input_audio_buffer.commit',
  'response.create',
  'response.cancel',
  'conversation.item.create',
  'conversation.item.truncate',
  'session.update',
  'AAAA',
  'A',
  'not base64!',
  '__proto__',
  '\ud83d',
  '\u0000',
] as const
