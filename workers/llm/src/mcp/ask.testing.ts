import { type Clock, type Log, newId, silentLog, systemClock } from '@voicebox/kernel'
import { parseAllowList } from '@voicebox/outbound'
import type { JobOf, McpServer, WorkerResult } from '@voicebox/streams'
import { type McpJobOptions, doMcpJob } from './mcp-job.ts'

interface Asking {
  /** What the server needs beside its URL. */
  server?: Partial<McpServer>
  allow?: readonly string[]
  attempt?: number
  clock?: Clock
  log?: Log
  lookup?: McpJobOptions['lookup']
  signal?: AbortSignal
}

/** Does a job that lists the tools of a server, which is allowed unless `allow` says otherwise; resolves with its result. */
export function list(url: string, asking: Asking = {}): Promise<WorkerResult | undefined> {
  return run({ ...base(url, asking), kind: 'list_tools' }, asking)
}

/** The same for a job that calls a tool. `json` are the arguments. */
export function call(url: string, name: string, json: string, asking: Asking = {}): Promise<WorkerResult | undefined> {
  return run({ ...base(url, asking), kind: 'call_tool', name, arguments: json }, asking)
}

async function run(job: JobOf<'list_tools' | 'call_tool'>, asking: Asking): Promise<WorkerResult | undefined> {
  const { clock = systemClock, log = silentLog, attempt = 1, lookup, signal = new AbortController().signal } = asking
  const results: WorkerResult[] = []
  const allow = parseAllowList(asking.allow ?? [new URL(job.server.url).origin])
  const options = { allow, clock, log, listTimeoutMs: 20_000, callTimeoutMs: 20_000, ...(lookup && { lookup }) }
  const emit = (...said: WorkerResult[]): Promise<boolean> => {
    if (!signal.aborted) results.push(...said)
    return Promise.resolve(!signal.aborted)
  }
  await doMcpJob(options, job, {
    attempt,
    hasEmitted: false,
    leftMs: () => 60_000,
    signal,
    emit,
    trace: () => undefined,
  })
  if (results.length > 1) throw new Error('A job has one last result')
  return results[0]
}

function base(url: string, { server }: Asking) {
  return {
    id: newId('job'),
    sessionId: newId('sess'),
    tenantId: 'tenant',
    deadlineMs: 60_000,
    traceId: 'trace',
    itemId: 'item_1',
    server: { label: 'tools', url, ...server },
  } as const
}
