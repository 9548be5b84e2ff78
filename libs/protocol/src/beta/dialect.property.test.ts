import fc from 'fast-check'
import type { SessionUpdateEvent } from 'openai/resources/beta/realtime/realtime'
import { describe, expect, it } from 'vitest'
import { anyFrame } from '../frames.testing.ts'
import { parseClientEvent } from '../parse.ts'
import { clientSamples, serverSamples } from '../samples.testing.ts'
import { type Session, defaultSession } from '../session-object.ts'
import { betaDialect } from './dialect.ts'
import { betaNames } from './names.ts'
import { officialBetaSession } from './openai.testing.ts'
import { betaClientSamples } from './samples.testing.ts'
import { anyServerEvent } from './server-events.testing.ts'
import { betaSessionPatch } from './session-patch.ts'
import { flatSession } from './session.ts'

describe('the beta dialect', () => {
  it('reads any frame, as an event that the session knows or as a refusal', () => {
    const seen = { ok: new Map<string, number>(), refused: 0 }
    const samples = { ...clientSamples, ...betaClientSamples }
    fc.assert(
      fc.property(anyFrame(Object.values(samples)), (text) => {
        const parsed = betaDialect.parse(text)
        if (!parsed.ok) {
          seen.refused++
          expect(parsed.error.message.length).toBeLessThan(2_000)
          return
        }
        const { type } = JSON.parse(text) as { type: string }
        seen.ok.set(type, (seen.ok.get(type) ?? 0) + 1)
        const event = withoutTemperature(parsed.event)
        expect(parseClientEvent(JSON.stringify(event))).toEqual({ ok: true, event })
      }),
      { numRuns: 4_000 },
    )
    for (const type of Object.keys(samples)) expect(seen.ok.get(type), type).toBeGreaterThan(20)
    expect(seen.refused).toBeGreaterThan(200)
  })

  it('tells any event by names of its own, or not at all', () => {
    const told = new Set<string>()
    fc.assert(
      fc.property(anyServerEvent, (event) => {
        const frame = betaDialect.encode(event)
        if (frame === null) return
        const shown = JSON.parse(frame) as { type: string }
        told.add(shown.type)
        expect(strangeNames(shown)).toEqual([])
      }),
      { numRuns: 4_000 },
    )
    const renamed = Object.keys(serverSamples).map((type) => (betaNames as Record<string, string | null>)[type] ?? type)
    const silent = Object.entries(betaNames).flatMap(([type, name]) => (name === null ? [type] : []))
    const sessions = ['transcription_session.created', 'transcription_session.updated']
    expect([...told].sort()).toEqual([...renamed.filter((name) => !silent.includes(name)), ...sessions].sort())
  })

  it('shows what a client has set', () => {
    fc.assert(
      fc.property(officialBetaSession, ({ client_secret: _, ...flat }) => {
        const read = betaSessionPatch(flat)
        if (!read.ok) throw new Error(read.fault.message)
        const shown = JSON.parse(JSON.stringify(flatSession(patched(read.patch)))) as Record<string, unknown>
        expect({ ...shown, modalities: sorted(shown['modalities']) }).toMatchObject({
          ...(JSON.parse(JSON.stringify(flat)) as object),
          modalities: sorted(flat.modalities ?? shown['modalities']),
          ...(flat.turn_detection ? { turn_detection: ownFields(flat.turn_detection) } : {}),
        })
      }),
      { numRuns: 1_000 },
    )
  })
})

/** What the session knows, and the beta dialect has no word for. */
const strange = new Set([
  ...['output_text', 'output_audio', 'output_modalities', 'input_image', 'image_tokens', 'truncation', 'reasoning'],
  ...['parallel_tool_calls', 'audio/pcm', 'audio/pcmu', 'audio/pcma', 'idle_timeout_ms', 'realtime', 'transcription'],
  ...['mcp', 'mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', 'server_label'],
  ...Object.keys(betaNames),
])

const isStrange = (name: string): boolean =>
  strange.has(name) || /^(?:response\.(?:output_(?!item)|mcp)|mcp_)/.test(name)

/** Such names among the keys of a frame and the `type`s in it. */
function strangeNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
    ...(isStrange(key) ? [key] : []),
    ...(key === 'type' && isStrange(String(inner)) ? [String(inner)] : []),
    ...strangeNames(inner),
  ])
}

/** The only thing that a client of the beta dialect can ask for and no other can. */
function withoutTemperature(event: object): object {
  const inner = Object.entries(event).map(([key, value]: [string, unknown]) => {
    if (key !== 'session' && key !== 'response') return [key, value]
    const { temperature: _, ...rest } = value as { temperature?: number }
    return [key, rest]
  })
  return Object.fromEntries(inner) as object
}

type Patch = Extract<ReturnType<typeof betaSessionPatch>, { ok: true }>['patch']

function patched({ audio = {}, ...patch }: Patch): Session {
  const session = defaultSession({ id: 'sess_1', model: 'gpt-realtime', expiresAt: 0 })
  const input = { ...session.audio.input, ...audio.input }
  return { ...session, ...patch, audio: { input, output: { ...session.audio.output, ...audio.output } } }
}

const sorted = (modalities: unknown): unknown[] => [...(modalities as unknown[])].sort()

type TurnDetection = SessionUpdateEvent.Session.TurnDetection

function ownFields({ threshold, prefix_padding_ms, silence_duration_ms, eagerness, ...shared }: TurnDetection): object {
  const own = shared.type === 'semantic_vad' ? { eagerness } : { threshold, prefix_padding_ms, silence_duration_ms }
  return JSON.parse(JSON.stringify({ ...own, ...shared })) as object
}
