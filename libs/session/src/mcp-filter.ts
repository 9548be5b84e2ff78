import type { McpListedTool, McpTool } from '@voicebox/protocol'

/** Whether the model may see a tool of a server. */
export function isAllowed({ allowed_tools: allowed }: McpTool, tool: McpListedTool): boolean {
  if (allowed == null) return true
  return Array.isArray(allowed) ? allowed.includes(tool.name) : matches(allowed, tool)
}

/** Whether a call of a tool waits for the client: it does, unless the client said otherwise. */
export function needsApproval({ require_approval: required }: McpTool, tool: McpListedTool): boolean {
  if (required == null || required === 'always') return true
  if (required === 'never') return false
  if (required.always !== undefined && matches(required.always, tool)) return true
  return required.never === undefined || !matches(required.never, tool)
}

interface Filter {
  read_only?: boolean
  tool_names?: readonly string[]
}

/** A filter that names nothing matches nothing. */
function matches({ read_only: readOnly, tool_names: names }: Filter, { name, annotations }: McpListedTool): boolean {
  if (readOnly === undefined && names === undefined) return false
  const isReadOnly = annotations?.['readOnlyHint'] === true
  return (names?.includes(name) ?? true) && (readOnly === undefined || readOnly === isReadOnly)
}
