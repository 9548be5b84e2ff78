export { type ChatServer, startChatServer } from './chat-server.ts'
export { type ChatRequest, type ChatScript, type ChatTurn, reply } from './chat-turn.ts'
