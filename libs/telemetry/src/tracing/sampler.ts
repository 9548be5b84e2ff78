import type { Settings } from '@voicebox/config'

/** Whether a trace is recorded, by its id alone: whoever asks gets the same answer. */
export type Sampler = (traceId: string) => boolean

export function makeSampler({ tracesSampler, tracesSamplerArg }: SamplerSettings): Sampler {
  switch (tracesSampler) {
    case 'always_on':
    case 'parentbased_always_on':
      return () => true
    case 'always_off':
    case 'parentbased_always_off':
      return () => false
    case 'traceidratio':
    case 'parentbased_traceidratio':
      return (traceId) => chanceOf(traceId) >= 1 - tracesSamplerArg
  }
}

export type SamplerSettings = Pick<Settings, 'tracesSampler' | 'tracesSamplerArg'>

/** From 0 to 1, by the digits that W3C Trace Context has random. */
function chanceOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-12), 16) / 16 ** 12
}
