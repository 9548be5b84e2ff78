import type { ReasoningEffort, SttEngine, ToolDeclaration, ToolDemand, TtsEngine } from '@voicebox/engines'
import { type ItemId, type JobId, type ResponseId, spanIn } from '@voicebox/kernel'
import type { SessionRef } from './session-ref.ts'

/** What every job says: whose it is, until when it is worth doing, and which trace it belongs to. */
interface JobBase extends SessionRef {
  /** Made by whoever wants the job: put on a lane twice, a job of one id is done once. */
  id: JobId
  /** How long it is worth doing, from when it is put on its lane. Met later it is answered as failed, not run. */
  deadlineMs: number
  /** The connection's that asked for it; log lines say it as `correlation_id`. */
  traceId: string
  /** Absent: nobody looks where the time went. */
  trace?: JobTrace
}

/** What a job belongs to of a turn whose times are taken. */
export interface JobTrace {
  /** When it was put on its lane, on the clock of the gateway that drives the session. */
  sentAtMs: number
  /** W3C Trace Context: the span that waits for it. Absent: the turn is not recorded. */
  traceparent?: string
}

/** Recognize the utterance whose audio is (or is being) appended under this item. */
export interface TranscribeJob extends JobBase {
  kind: 'transcribe'
  itemId: ItemId
  language?: string
  prompt?: string
  wantsLogprobs?: boolean
  /** Recognize only so much from the utterance's beginning, while it goes on; answered by `transcript_peeked`. */
  peekMs?: number
}

/** Answer the conversation; in an audio response each finished segment becomes a `SynthesizeJob` on `speech.engine`'s lane. */
export interface GenerateJob extends JobBase {
  kind: 'generate'
  responseId: ResponseId
  instructions: string
  /** The context, oldest first, as saved by `saveItems`. Ids that are not found are left out. */
  itemIds: ItemId[]
  maxOutputTokens?: number
  temperature?: number
  tools?: ToolDeclaration[]
  toolChoice?: ToolDemand
  parallelToolCalls?: boolean
  reasoningEffort?: ReasoningEffort
  /** Absent in a text response. */
  speech?: SpeechOptions
}

export interface SpeechOptions {
  engine: TtsEngine
  voice: string
  speed: number
  language?: string
}

/** Speak one segment of a response. Segments count from 0. */
export interface SynthesizeJob extends JobBase {
  kind: 'synthesize'
  responseId: ResponseId
  segment: number
  text: string
  voice: string
  speed: number
  language?: string
}

/** An MCP server and how to ask it. Its secrets are in here: never logged. */
export interface McpServer {
  label: string
  url: string
  authorization?: string
  headers?: Record<string, string>
}

/** Ask an MCP server which tools it has, for the item that shows them. */
export interface ListToolsJob extends JobBase {
  kind: 'list_tools'
  itemId: ItemId
  server: McpServer
}

/** Call a tool of an MCP server, for the item that shows the call. Not begun again once it was sent. */
export interface CallToolJob extends JobBase {
  kind: 'call_tool'
  itemId: ItemId
  server: McpServer
  name: string
  /** JSON text, as the model made it. */
  arguments: string
}

export type Job = TranscribeJob | GenerateJob | SynthesizeJob | ListToolsJob | CallToolJob
export type JobOf<K extends Job['kind']> = Extract<Job, { kind: K }>

/** What a job works for, and so what is cancelled with it: an item or a response. */
export function subjectOf(job: Job): ItemId | ResponseId {
  return 'itemId' in job ? job.itemId : job.responseId
}

/** The trace that a job belongs to, if it is recorded. */
export function recordedTraceOf({ trace }: Job): string | undefined {
  return trace?.traceparent === undefined ? undefined : spanIn(trace.traceparent)?.traceId
}

/** What every log line about a job says. */
export const jobFields = ({ id, sessionId, tenantId, traceId }: Job) => ({
  tenantId,
  sessionId,
  correlationId: traceId,
  jobId: id,
})

/** One lane an engine or provider pool; a worker reads only lanes it can serve. */
export type Lane = `jobs:stt:${SttEngine}` | `jobs:llm:${string}` | `jobs:mcp:${string}` | `jobs:tts:${TtsEngine}`

/** The consumer group of a lane, by the lane's kind. */
export function groupOf(lane: Lane): 'stt-workers' | 'llm-workers' | 'mcp-workers' | 'tts-workers' {
  if (lane.startsWith('jobs:stt:')) return 'stt-workers'
  if (lane.startsWith('jobs:mcp:')) return 'mcp-workers'
  return lane.startsWith('jobs:llm:') ? 'llm-workers' : 'tts-workers'
}
