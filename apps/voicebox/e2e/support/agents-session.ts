import {
  OpenAIRealtimeWebSocket,
  type RealtimeAgent,
  type RealtimeItem,
  RealtimeSession,
  type RealtimeSessionEventTypes,
  type RealtimeSessionOptions,
} from '@openai/agents-realtime'
import { apiKey, type Stack } from './stack.ts'
import { watch, type Watch } from './watch.ts'

/** The SDK's own validation, which it does not export: an event that fails it is silently lost to its user. */
const validation = new URL(
  '../../../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs',
  import.meta.url,
)
const { parseRealtimeEvent } = (await import(validation.href)) as {
  parseRealtimeEvent(event: { data: string }): { isGeneric: boolean }
}

/** Events of the API that this SDK does not know. */
const unknownToIt = ['response.mcp_call.failed']

type Told = {
  [T in keyof RealtimeSessionEventTypes]: { type: T; told: RealtimeSessionEventTypes[T] }
}[keyof RealtimeSessionEventTypes]

/** A connected session of the SDK. */
export interface AgentsSession {
  session: RealtimeSession
  /** What came over the wire. */
  wire: Watch<WireEvent>
  /** What the session told its user. */
  told: Watch<Told>
  /** Closes; answers what must be empty: the errors that the user was told, those of the server, and events that were lost. */
  close(): Promise<unknown[]>
}

export interface WireEvent {
  type: string
  [key: string]: unknown
}

const names = [
  'agent_handoff',
  'agent_tool_end',
  'audio',
  'audio_interrupted',
  'error',
  'guardrail_tripped',
  'history_updated',
  'mcp_tool_call_completed',
  'mcp_tools_changed',
  'tool_approval_requested',
] as const satisfies (keyof RealtimeSessionEventTypes)[]

export async function openSession(
  stack: Stack,
  agent: RealtimeAgent,
  options: Partial<RealtimeSessionOptions> = {},
): Promise<AgentsSession> {
  const transport = new OpenAIRealtimeWebSocket({ url: `${stack.ws()}?model=gpt-realtime` })
  const session = new RealtimeSession(agent, { transport, model: 'gpt-realtime', ...options })
  const wire = watch<WireEvent>()
  const told = watch<Told>()
  transport.on('*', (event: WireEvent) => wire.add(event))
  for (const type of names) session.on(type, (...args: unknown[]) => told.add({ type, told: args } as never))
  await session.connect({ apiKey })
  return {
    session,
    wire,
    told,
    async close() {
      session.close()
      const lost = wire.events
        .filter((event) => parseRealtimeEvent({ data: JSON.stringify(event) }).isGeneric)
        .filter(({ type }) => !unknownToIt.includes(type))
      return [...told.of('error'), ...wire.of('error'), ...lost]
    },
  }
}

/** The end of a response whose last item is of this type. */
export function answered({ wire }: AgentsSession, type = 'message'): Promise<WireEvent> {
  return wire.next('response.done', (event) => {
    const { output } = event['response'] as { output: { type: string }[] }
    return output.at(-1)?.type === type
  })
}

/** Who said what, as the session's history has it; of other items their type and output. */
export function said(history: readonly RealtimeItem[]): string[] {
  return history.map((item) => {
    if (item.type !== 'message') return `${item.type}: ${'output' in item ? item.output : ''}`
    const words = item.content.map((part) => ('text' in part ? part.text : 'transcript' in part ? part.transcript : ''))
    return `${item.role}: ${words.join(' ')}`
  })
}
