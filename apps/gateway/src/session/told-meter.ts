import type { ServerEventBody } from '@voicebox/protocol'
import type { gatewayMetrics, Meters, usageMetrics } from '@voicebox/telemetry'

/** Counts what a session's client is told: errors, responses by how they ended, and what they cost. `tenant` is a label, not an id. */
export function meterTold(
  meters: Meters<typeof gatewayMetrics & typeof usageMetrics>,
  tenant: string,
): (event: ServerEventBody) => void {
  return (event) => {
    if (event.type === 'error') return meters.errors.add(1, { code: event.error.code ?? event.error.type })
    if (event.type !== 'response.done') return
    const { status, usage } = event.response
    if (status === 'in_progress') return
    meters.responses.add(1, { status })
    meters.tenantResponses.add(1, { tenant, status })
    if (!usage) return
    const { input_token_details: input, output_token_details: output } = usage
    const tokens = {
      input_text: input.text_tokens,
      input_audio: input.audio_tokens,
      cached: input.cached_tokens,
      output_text: output.text_tokens,
      output_audio: output.audio_tokens,
    } as const
    for (const [kind, count] of Object.entries(tokens) as [keyof typeof tokens, number][])
      if (count > 0) meters.tenantTokens.add(count, { tenant, kind })
  }
}
