const maxText = 400
const maxAppends = 8
const maxBytes = 200_000

/** The transcripts as they are kept: long texts cut, audio told by a few frames, and those first that say what no other says. */
export function briefly(transcripts: readonly (readonly string[])[]): string[][] {
  const brief = transcripts.map(fewAppends).map((frames) => frames.map(shortened))
  const known = new Set<string>()
  const kept: string[][] = []
  let bytes = 0
  for (const frames of brief) {
    const says = frames.map(outlineOf)
    if (says.every((outline) => known.has(outline))) continue
    for (const outline of says) known.add(outline)
    bytes += JSON.stringify(frames).length
    if (bytes > maxBytes) break
    kept.push(frames)
  }
  return kept
}

function fewAppends(frames: readonly string[]): string[] {
  let run = 0
  return frames.filter((frame) => {
    run = frame.includes('"input_audio_buffer.append"') ? run + 1 : 0
    return run <= maxAppends
  })
}

/** A text that is no JSON stays as it is, up to a length. */
function shortened(frame: string): string {
  try {
    return JSON.stringify(
      JSON.parse(frame, (_, value: unknown) => (typeof value === 'string' ? value.slice(0, maxText) : value)),
    )
  } catch {
    return frame.slice(0, maxText)
  }
}

/** What a frame has, but for the values that could be others as well. */
function outlineOf(frame: string): string {
  try {
    return JSON.stringify(JSON.parse(frame), (key, value: unknown) => {
      if (typeof value === 'number') return 0
      return typeof value === 'string' && key !== 'type' && key !== 'role' ? '' : value
    })
  } catch {
    return 'no JSON'
  }
}
