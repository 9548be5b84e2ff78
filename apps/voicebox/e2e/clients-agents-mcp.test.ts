import { hostedMcpTool } from '@openai/agents-core'
import { RealtimeAgent } from '@openai/agents-realtime'
import { type McpTestServer, startMcpServer } from '@voicebox/llm-worker/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answered, openSession, said } from './support/agents-session.ts'
import { greeting, report } from './support/obliging-model.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'

let mcp: McpTestServer
let served: ObligingStack
beforeAll(async () => {
  mcp = await startMcpServer()
  const typedOnly = { VOICEBOX_STT_ENGINE: 'stub', VOICEBOX_TTS_ENGINE: 'stub' }
  served = await startObligingStack({ ...typedOnly, VOICEBOX_MCP_ALLOW: JSON.stringify([mcp.origin]) })
})
afterAll(async () => {
  await served.close()
  await mcp.close()
})

/** How often a tool of the MCP server was called. */
function toolCalls(): number {
  return mcp.requests.filter(({ method }) => method === 'tools/call').length
}

describe('A session of @openai/agents-realtime', () => {
  it('has a tool of an MCP server called for it', async () => {
    const shop = hostedMcpTool({ serverLabel: 'shop', serverUrl: mcp.url, requireApproval: 'never' })
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant', tools: [shop] }))
    const [tools] = (await opened.told.next('mcp_tools_changed')).told
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'add', 'fail', 'slow'])
    opened.session.sendMessage('Please add 2 and 3')
    const [, , call] = (await opened.told.next('mcp_tool_call_completed')).told
    expect(call).toMatchObject({ name: 'add', output: '{"sum":5}' })
    await answered(opened)
    expect(said(opened.session.history)).toEqual([
      'user: Please add 2 and 3',
      'mcp_call: {"sum":5}',
      `assistant: ${report('{"sum":5}')}`,
    ])
    expect(await opened.close()).toEqual([])
  })

  it('asks before a tool of an MCP server is called, and has it called or not', async () => {
    const shop = hostedMcpTool({ serverLabel: 'shop', serverUrl: mcp.url, requireApproval: 'always' })
    const opened = await openSession(served.stack, new RealtimeAgent({ name: 'Assistant', tools: [shop] }))
    await opened.told.next('mcp_tools_changed')
    const before = toolCalls()
    opened.session.sendMessage('Please add 2 and 3')
    const [, , first] = (await opened.told.next('tool_approval_requested')).told
    expect(first).toMatchObject({ type: 'mcp_approval_request', approvalItem: { rawItem: { name: 'add' } } })
    expect(toolCalls()).toBe(before)
    await opened.session.approve(first.approvalItem)
    const [, , call] = (await opened.told.next('mcp_tool_call_completed')).told
    expect(call).toMatchObject({ name: 'add', output: '{"sum":5}' })
    await answered(opened)
    expect(toolCalls()).toBe(before + 1)
    expect(said(opened.session.history).at(-1)).toBe(`assistant: ${report('{"sum":5}')}`)

    opened.session.sendMessage('Now add 4 and 5')
    const [, , second] = (await opened.told.next('tool_approval_requested')).told
    await opened.session.reject(second.approvalItem)
    await opened.wire.next('conversation.item.done', ({ item }) => {
      const { type, approve } = item as { type: string; approve?: boolean }
      return type === 'mcp_approval_response' && approve === false
    })
    opened.session.sendMessage('Good morning')
    await answered(opened)
    expect(toolCalls()).toBe(before + 1)
    expect(said(opened.session.history).at(-1)).toBe(`assistant: ${greeting}`)
    expect(await opened.close()).toEqual([])
  })
})
