export { type ChatServer, startChatServer } from './chat-server.ts'
export {
  type ChatRequest,
  type ChatScript,
  type ChatTurn,
  type ChatUsage,
  type ToolCallTurn,
  callTools,
  reply,
} from './chat-turn.ts'
export { type McpRequest, type McpTestServer, type McpTestServerOptions, startMcpServer } from './mcp-server.ts'
