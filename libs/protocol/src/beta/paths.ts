/** Fields of a beta dialect's flat object, and where the same is in a nested one; what is not named has the same place in both. */
export type Paths = Readonly<Record<string, string>>

export const sessionPaths = {
  modalities: 'output_modalities',
  max_response_output_tokens: 'max_output_tokens',
  input_audio_format: 'audio.input.format',
  input_audio_transcription: 'audio.input.transcription',
  input_audio_noise_reduction: 'audio.input.noise_reduction',
  turn_detection: 'audio.input.turn_detection',
  output_audio_format: 'audio.output.format',
  voice: 'audio.output.voice',
  speed: 'audio.output.speed',
} as const satisfies Paths

export const responsePaths = {
  modalities: 'output_modalities',
  max_response_output_tokens: 'max_output_tokens',
  output_audio_format: 'audio.output.format',
  voice: 'audio.output.voice',
} as const satisfies Paths

/** The same values at their nested places. */
export function nested(flat: Record<string, unknown>, paths: Paths): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) put(root, (paths[name] ?? name).split('.'), value)
  return root
}

function put(target: Record<string, unknown>, [step = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[step] = value
    return
  }
  const inner = (target[step] ?? {}) as Record<string, unknown>
  target[step] = inner
  put(inner, rest, value)
}

const byEvent = { session: sessionPaths, response: responsePaths }

/** The path in a flat object of what a nested path leads to: `session.voice` for `session.audio.output.voice`. */
export function flatPath(param: string): string {
  for (const [root, paths] of Object.entries(byEvent)) {
    for (const [name, path] of Object.entries(paths)) {
      const place = `${root}.${path}`
      const rest = param.slice(place.length)
      if (param.startsWith(place) && /^(?:$|[.[])/.test(rest)) return `${root}.${name}${rest}`
    }
  }
  return param
}
