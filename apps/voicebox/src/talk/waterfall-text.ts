import { z } from 'zod'

const waterfallSchema = z.object({
  first: z.number().nullable(),
  total: z.number(),
  stages: z.array(z.tuple([z.string(), z.number(), z.number()])),
  by: z.record(z.string(), z.string()),
  more: z.number().default(0),
})

/** Where a response says how its time was spent. */
export const waterfallKey = 'voicebox.waterfall'

/** Draws a waterfall, as a response's metadata has it, in lines of at most 100 columns; null where it is none. */
export function waterfallText(json: string): string | null {
  const { success, data } = waterfallSchema.safeParse(parsed(json))
  if (!success) return null
  const { first, total, stages, by, more } = data
  const span = Math.max(total, 1, ...stages.map(([, atMs, ms]) => atMs + ms))
  const lines = stages.map(([name, atMs, ms]) => {
    const { label, who } = shown(name, by)
    const numbers = `${String(atMs).padStart(7)} ${String(ms).padStart(6)}`
    return `${label.padEnd(labelColumns)} ${cut(who).padEnd(whoColumns)}${numbers}  ${bar(atMs / span, ms / span)}`
  })
  const head = `${''.padEnd(labelColumns + whoColumns + 1)}${'at ms'.padStart(7)} ${'ms'.padStart(6)}`
  const firstText = first === null ? 'nothing was sent' : `first output ${first} ms`
  const rest = more > 0 ? [`(${more} more stages found no room)`] : []
  return [`${firstText}, whole turn ${total} ms after it began`, head, ...lines, ...rest]
    .map((line) => line.trimEnd())
    .join('\n')
}

const labelColumns = 26
const whoColumns = 14
const barColumns = 41

/** What begins at all is seen, however short it is. */
function bar(from: number, length: number): string {
  const at = Math.min(Math.round(from * barColumns), barColumns - 1)
  const wide = Math.min(Math.max(Math.round(length * barColumns), 1), barColumns - at)
  return ' '.repeat(at) + (length === 0 ? '│' : '█'.repeat(wide))
}

const cut = (text: string): string => (text.length < whoColumns ? text : `${text.slice(0, whoColumns - 2)}…`)

const stageNames: Record<string, string> = { stt: 'recognition', llm: 'language', tts: 'speech', mcp: 'tool' }
const partNames: Record<string, string> = {
  commit: 'commit',
  wait: 'lane wait',
  first: 'first output',
  cut: 'first segment',
}

/** `tts.0.first` is the first output of the speech of segment 0; `stt#2` a second attempt. */
function shown(name: string, by: Record<string, string>): { label: string; who: string } {
  const [, stage = '', segment, part, attempt] =
    /^(stt|llm|tts|mcp)(?:\.(\d+))?(?:\.([a-z]+))?(?:#(\d+))?$/.exec(name) ?? []
  const stageName = stageNames[stage]
  if (stageName === undefined) return { label: name.replace('.', ' '), who: 'gateway' }
  const what = segment === undefined ? stageName : `${stageName} ${segment}`
  if (part === undefined)
    return { label: attempt === undefined ? what : `${what}, attempt ${attempt}`, who: by[stage] ?? '' }
  const who = part === 'commit' ? 'gateway' : part === 'wait' ? 'redis' : (by[stage] ?? '')
  return { label: `  ${what}: ${partNames[part] ?? part}`, who }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
