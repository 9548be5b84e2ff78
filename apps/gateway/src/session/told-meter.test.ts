import { type ServerEventBody, wireError } from '@voicebox/protocol'
import { gatewayMetrics, makeMetrics, usageMetrics } from '@voicebox/telemetry'
import { describe, expect, it } from 'vitest'
import { meterTold } from './told-meter.ts'

type Response = Extract<ServerEventBody, { type: 'response.done' }>['response']
const noImage = { text_tokens: 30, audio_tokens: 10, image_tokens: 0 }
const usage: Response['usage'] = {
  total_tokens: 60,
  input_tokens: 40,
  output_tokens: 20,
  input_token_details: {
    ...noImage,
    cached_tokens: 5,
    cached_tokens_details: { ...noImage, text_tokens: 5, audio_tokens: 0 },
  },
  output_token_details: { text_tokens: 8, audio_tokens: 12 },
}

describe('What a session tells its client', () => {
  it('is counted: responses by how they ended, and their tokens', async () => {
    const metrics = makeMetrics({ service: 'gateway', table: { ...gatewayMetrics, ...usageMetrics } })
    const tell = meterTold(metrics.meters, 'acme')
    const done = (status: Response['status'], cost: Response['usage']): void =>
      tell({ type: 'response.done', response: { status, usage: cost } as Response })
    done('completed', usage)
    done('completed', usage)
    done('failed', null)
    tell({ type: 'input_audio_buffer.cleared' })
    tell({ type: 'error', error: wireError({ code: 'invalid_value', message: 'No.' }) })
    const told = (await metrics.text())
      .split('\n')
      .filter((line) => /^voicebox_(tenant_)?(responses|tokens|errors)_total/.test(line))
    expect(told.filter((line) => !line.endsWith(' 0')).sort()).toEqual([
      'voicebox_errors_total{code="invalid_value"} 1',
      'voicebox_responses_total{status="completed"} 2',
      'voicebox_responses_total{status="failed"} 1',
      'voicebox_tenant_responses_total{tenant="acme",status="completed"} 2',
      'voicebox_tenant_responses_total{tenant="acme",status="failed"} 1',
      'voicebox_tenant_tokens_total{tenant="acme",kind="cached"} 10',
      'voicebox_tenant_tokens_total{tenant="acme",kind="input_audio"} 20',
      'voicebox_tenant_tokens_total{tenant="acme",kind="input_text"} 60',
      'voicebox_tenant_tokens_total{tenant="acme",kind="output_audio"} 24',
      'voicebox_tenant_tokens_total{tenant="acme",kind="output_text"} 16',
    ])
  })
})
