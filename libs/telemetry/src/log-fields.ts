/** The fields by which lines of all processes are brought together, as they are named in the log. */
const shared: Readonly<Record<string, string>> = {
  tenantId: 'tenant_id',
  sessionId: 'session_id',
  correlationId: 'correlation_id',
  traceId: 'trace_id',
}

/** Names the fields of a line as everybody reads them. What is undefined is left out. */
export function logFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [shared[name] ?? name, value]))
}
