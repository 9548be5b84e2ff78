import { parseAllowList, refusalOfServerHeaders, refusalOfServerUrl } from '@voicebox/outbound'
import type { ClientEvent, McpTool, Tool } from '@voicebox/protocol'
import type { Refusal } from '@voicebox/session'

/** Why tools cannot be used: a server among them may not be asked, or not with these headers. `param` is where they stand. */
export type RefuseServers = (tools: readonly Tool[] | undefined, param: string) => Refusal | null

/** Allows public `https` servers, and the origins that the operator names. What their names lead to is checked when they are asked. */
export function makeServerGuard(allowed: readonly string[]): RefuseServers {
  const allow = parseAllowList(allowed)
  return (tools = [], param) => {
    for (const [index, tool] of tools.entries()) {
      if (tool.type !== 'mcp' || tool.server_url === undefined) continue
      const at = `${param}.tools[${index}]`
      const wrongUrl = refusalOfServerUrl(tool.server_url, allow)
      if (wrongUrl !== null) return refusal(`${at}.server_url`, wrongUrl)
      const wrongHeaders = refusalOfServerHeaders(sentTo(tool))
      if (wrongHeaders !== null) return refusal(`${at}.headers`, wrongHeaders)
    }
    return null
  }
}

/** The tools that a client event brings, and where they stand in it. */
export function refusalOfServers(refuse: RefuseServers, event: ClientEvent): Refusal | null {
  if (event.type === 'response.create') return refuse(event.response?.tools, 'response')
  return event.type === 'session.update' && event.session.type === 'realtime'
    ? refuse(event.session.tools, 'session')
    : null
}

function sentTo({ authorization, headers }: McpTool): Parameters<typeof refusalOfServerHeaders>[0] {
  return { ...(authorization === undefined ? {} : { authorization }), ...(headers == null ? {} : { headers }) }
}

function refusal(param: string, reason: string): Refusal {
  return { code: 'invalid_value', message: `Invalid '${param}'. ${reason}`, param }
}
