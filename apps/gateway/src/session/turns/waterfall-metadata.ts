import type { ResponseObject, Session } from '@voicebox/protocol'
import type { Waterfall, WaterfallStage } from '@voicebox/streams'

/** The key that asks for a waterfall and has it afterwards. */
export const waterfallKey = 'voicebox.waterfall'

type Metadata = ResponseObject['metadata']

/** Asked for by the response itself (`"on"`), or for all of a session by the metadata that its client traces by. */
export function wantsWaterfall(tracing: Session['tracing'], metadata: Metadata): boolean {
  if (metadata?.[waterfallKey] !== undefined) return metadata[waterfallKey] === 'on'
  if (tracing === null || tracing === 'auto') return false
  const asked = (tracing.metadata as Record<string, unknown> | null | undefined)?.[waterfallKey]
  return asked === true || asked === 'on'
}

/** The metadata with the waterfall in it; as it was where its client has used up all keys. */
export function withWaterfall(metadata: Metadata, waterfall: Waterfall): Metadata {
  const others = metadata ?? {}
  if (!(waterfallKey in others) && Object.keys(others).length >= maxKeys) return metadata
  return { ...others, [waterfallKey]: waterfallText(waterfall) }
}

/**
 * JSON: `first` and `total` in milliseconds, `stages` as [name, begin, duration], `by` who did them, `more` how many stages found
 * no room. Later segments are left out first.
 */
export function waterfallText({ firstMs, totalMs, stages, engines }: Waterfall): string {
  const textOf = (shown: readonly WaterfallStage[]): string => {
    const ordered = stages.filter((stage) => shown.includes(stage))
    const more = stages.length - shown.length
    return JSON.stringify({
      v: 1,
      first: firstMs,
      total: totalMs,
      stages: ordered.map(({ name, atMs, ms }) => [name, atMs, ms]),
      by: engines,
      ...(more > 0 && { more }),
    })
  }
  let shown = [...stages].sort((one, other) => weightOf(one) - weightOf(other))
  while (shown.length > 0 && textOf(shown).length > maxLength) shown = shown.slice(0, -1)
  return textOf(shown)
}

/** As OpenAI has it. */
const maxKeys = 16
const maxLength = 512

/** What matters less is heavier: segments by their number, and of each its parts. */
function weightOf({ name, ms }: WaterfallStage): number {
  const [, segment = '-1', part] = /^tts\.(\d+)(.*)$/.exec(name) ?? []
  const isPart = part !== undefined && part !== ''
  return 4 * Math.min(Number(segment), 1_000) + (isPart ? 1 : 0) + (ms === 0 ? 2 : 0)
}
