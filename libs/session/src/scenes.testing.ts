import type { McpListedTool, McpTool, ResponseOptions, ServerEventBody, SessionPatch } from '@voicebox/protocol'
import type { Effect, GenerateRequest } from './effect.ts'
import type { FinishReason } from './input.ts'
import { sentIn, type Simulation } from './simulation.testing.ts'
import type { Entry } from './state.ts'

type ErrorEvent = Extract<ServerEventBody, { type: 'error' }>

/** What `generation_finished` brings, where a test has no need of its own. */
export const counted = { inputTokens: 12, outputTokens: 5, cachedTokens: 2 }

export function update(simulation: Simulation, patch: Omit<SessionPatch, 'type'>): readonly Effect[] {
  return simulation.client({ type: 'session.update', session: { type: 'realtime', ...patch } })
}

/** Asks for a response, and answers its id. */
export function respond(simulation: Simulation, response?: ResponseOptions): `resp_${string}` {
  const effects = simulation.client({ type: 'response.create', ...(response === undefined ? {} : { response }) })
  const created = sentIn(effects).find((event) => event.type === 'response.created')
  if (created?.type !== 'response.created') throw new Error('No response was created')
  return created.response.id as `resp_${string}`
}

/** The language model has said everything. */
export function finish(
  simulation: Simulation,
  responseId: `resp_${string}`,
  { reason = 'stop', segments = 0 }: { reason?: FinishReason; segments?: number } = {},
): readonly Effect[] {
  return simulation.feed({ kind: 'generation_finished', responseId, reason, usage: counted, segments })
}

/** A whole answer in text. */
export function answerInText(simulation: Simulation, text: string): void {
  const responseId = respond(simulation, { output_modalities: ['text'] })
  simulation.feed({ kind: 'text_generated', responseId, text })
  finish(simulation, responseId)
}

/** Speaks segments of a response, each of these many samples (24 a millisecond). */
export function speak(
  simulation: Simulation,
  responseId: `resp_${string}`,
  segments: readonly { text: string; samples: number }[],
): void {
  for (const [segment, { text, samples }] of segments.entries()) {
    simulation.feed({ kind: 'text_generated', responseId, text })
    simulation.feed({ kind: 'segment_planned', responseId, segment, text })
    simulation.feed({ kind: 'audio_generated', responseId, segment, offset: 0, audio: { samples } })
    simulation.feed({ kind: 'segment_spoken', responseId, segment, samples })
  }
}

/** A whole spoken answer; answers the id of its item. */
export function answerAloud(simulation: Simulation, segments: readonly { text: string; samples: number }[]): string {
  const responseId = respond(simulation)
  speak(simulation, responseId, segments)
  finish(simulation, responseId, { segments: segments.length })
  return lastEntry(simulation).item.id
}

export function lastEntry({ state }: Simulation): Entry {
  const entry = state.entries.at(-1)
  if (entry === undefined) throw new Error('The conversation is empty')
  return entry
}

export function requestsIn(effects: readonly Effect[]): GenerateRequest[] {
  return effects.flatMap((effect) => (effect.kind === 'generate' ? [effect.request] : []))
}

/** What the language model was asked last. */
export function requestIn({ effects }: Simulation): GenerateRequest {
  const request = requestsIn(effects).at(-1)
  if (request === undefined) throw new Error('The model was not asked')
  return request
}

/** What the language model is shown of an item, as saved last. */
export function savedContext({ effects }: Simulation, itemId: string): readonly object[] | undefined {
  const saved = effects.findLast((effect) => effect.kind === 'save_item' && effect.item.id === itemId)
  return saved?.kind === 'save_item' ? saved.context : undefined
}

export function errorsIn(effects: readonly Effect[]): ErrorEvent['error'][] {
  return sentIn(effects).flatMap((event) => (event.type === 'error' ? [event.error] : []))
}

export const mcpTool: McpTool = { type: 'mcp', server_label: 'files', server_url: 'https://files.example/mcp' }

export function listedTool(name: string, annotations: McpListedTool['annotations'] = null): McpListedTool {
  return { name, description: `Does ${name}.`, input_schema: { type: 'object' }, annotations }
}

/** Gives the session a server that has these tools, and answers the id of the listing's item. */
export function withServer(simulation: Simulation, tool: McpTool, names: readonly string[]): string {
  update(simulation, { tools: [...simulation.state.session.tools, tool] })
  const itemId = simulation.state.listings.at(-1)?.itemId ?? ''
  simulation.feed({ kind: 'tools_listed', itemId, tools: names.map((name) => listedTool(name)) })
  return itemId
}
