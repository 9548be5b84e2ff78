import type { LookupFunction } from 'node:net'
import { type Clock, type Failure, type Log, messageFor, withScope } from '@voicebox/kernel'
import type { AllowList } from '@voicebox/outbound'
import type { JobContext, JobOf, ToolError, WorkerResult } from '@voicebox/streams'
import { httpError, protocolError } from './answer.ts'
import { callTool } from './call-tool.ts'
import { type McpConnection, makeConnection } from './connection.ts'
import { cut } from './cut.ts'
import { listTools } from './list-tools.ts'
import { type Redaction, makeRedaction } from './redact.ts'

export interface McpJobOptions {
  /** Servers that may be asked though they are not public. */
  allow: AllowList
  listTimeoutMs: number
  callTimeoutMs: number
  clock: Clock
  log: Log
  /** How names become addresses. Absent: the system's way. */
  lookup?: LookupFunction
}

type McpJob = JobOf<'list_tools' | 'call_tool'>

/**
 * Asks an MCP server which tools it has, or to call one. A call that another attempt may have sent is not sent again,
 * because what it does may not be done twice.
 */
export async function doMcpJob(options: McpJobOptions, job: McpJob, context: JobContext): Promise<void> {
  const { allow, lookup, clock, log } = options
  const { sessionId, tenantId, traceId, itemId, kind, server } = job
  const timeoutMs = kind === 'list_tools' ? options.listTimeoutMs : options.callTimeoutMs
  const startMs = clock.now()
  await withScope(async (scope) => {
    const connection = scope.use(makeConnection({ server, allow, lookup, timeoutMs, clock, signal: context.signal }))
    const result = await ask({ connection, redaction: makeRedaction(server), log }, job, context)
    // before the server is taken leave of, for which nobody shall wait
    if (!(await context.emit(result))) return
    const about = {
      tenantId,
      sessionId,
      correlationId: traceId,
      itemId,
      label: server.label,
      result: result.kind,
      ms: clock.now() - startMs,
    }
    log.info(about, 'An MCP server was asked.')
  })
}

/** The last result of a job that this code could not do. */
export function mcpJobFailed(job: McpJob, failure: Failure): WorkerResult {
  const message = messageFor(failure, 'The MCP server could not be asked')
  const isLate = failure.code === 'deadline_exceeded'
  return failed(job, isLate ? httpError('gatewayTimeout', message) : protocolError('internalError', message))
}

async function ask(
  { connection, redaction, log }: { connection: McpConnection; redaction: Redaction; log: Log },
  job: McpJob,
  { attempt }: JobContext,
): Promise<WorkerResult> {
  const { itemId, sessionId, tenantId, traceId, server } = job
  if (job.kind === 'call_tool') {
    if (attempt > 1) return failed(job, workerLost)
    const answer = await callTool(connection, redaction, { name: job.name, json: job.arguments })
    return 'error' in answer
      ? failed(job, shown(answer.error, redaction))
      : { kind: 'tool_called', itemId, output: answer.value }
  }
  const answer = await listTools(connection, redaction)
  if ('error' in answer) return failed(job, shown(answer.error, redaction))
  const { tools, leftOut } = answer.value
  if (leftOut > 0) {
    const about = {
      tenantId,
      sessionId,
      correlationId: traceId,
      itemId,
      label: server.label,
      leftOut,
      taken: tools.length,
    }
    log.warn(about, 'Tools of an MCP server were left out: too large, too many or named twice.')
  }
  return { kind: 'tools_listed', itemId, tools }
}

const workerLost = protocolError(
  'connectionClosed',
  'The worker that made the call was lost; it is not known whether the tool has run',
)

function failed(job: McpJob, error: ToolError): WorkerResult {
  const { itemId } = job
  if (job.kind === 'call_tool') return { kind: 'tool_failed', itemId, error }
  return { kind: 'listing_failed', itemId, code: error.type, message: error.message }
}

const maxErrorChars = 1_000

/** An error without secrets, as short as errors are; what a tool says itself is bounded as its output. */
function shown(error: ToolError, redaction: Redaction): ToolError {
  if (error.type === 'tool_execution_error') return error
  return { ...error, message: cut(redaction.text(error.message), maxErrorChars, '…') }
}
