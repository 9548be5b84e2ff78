export { asyncApiDocument } from './asyncapi/document.ts'
export type { AudioFormat } from './audio-format.ts'
export { betaDialect } from './beta/dialect.ts'
export type { FlatPatch } from './beta/flat-patch.ts'
export { betaSessionPatch } from './beta/session-patch.ts'
export { type FlatSession, flatSession } from './beta/session.ts'
export { betaTranscriptionPatch } from './beta/transcription-patch.ts'
export { type FlatTranscriptionSession, flatTranscriptionSession } from './beta/transcription-session.ts'
export { type ClientEvent, type ClientEventOf, type ClientEventType, clientEvents } from './client-events.ts'
export { type Dialect, gaDialect } from './dialect.ts'
export { protocolReference } from './docs.ts'
export { encodeServerEvent } from './encode.ts'
export type { OutputModalities } from './generation.ts'
export type { NoiseReduction, Transcription } from './input-audio.ts'
export type { Fault } from './issue-to-error.ts'
export type { ItemInput, ResponseInput } from './item-input.ts'
export type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  ItemStatus,
  McpApprovalRequestItem,
  McpCallItem,
  McpError,
  McpListToolsItem,
  MessageItem,
} from './item.ts'
export type { Logprobs } from './logprobs.ts'
export type { McpListedTool, McpTool } from './mcp-tool.ts'
export { type ParsedClientEvent, parseClientEvent } from './parse.ts'
export type { ResponseObject, ResponseStatus, ResponseStatusDetails } from './response-object.ts'
export type { ResponseOptions } from './response-options.ts'
export type { Model, ModelList } from './rest/model.ts'
export { openApiDocument } from './rest/openapi.ts'
export type { RestError } from './rest/rest-error.ts'
export { type SecretApi, secretApis } from './rest/secret-apis.ts'
export {
  type ResponsePart,
  type ServerEvent,
  type ServerEventBody,
  type ServerEventOf,
  type ServerEventType,
  serverEvents,
} from './server-events.ts'
export { type NewSession, type Session, type SessionPatch, type Voice, defaultSession } from './session-object.ts'
export type { AnySessionPatch, ShownSession } from './shown-session.ts'
export type { FunctionTool, Tool, ToolChoice } from './tool.ts'
export type { TranscriptionSession, TranscriptionSessionPatch } from './transcription-session.ts'
export type { SemanticVad, ServerVad, TurnDetection } from './turn-detection.ts'
export type { TranscriptionUsage, Usage } from './usage.ts'
export { type WireError, wireError } from './wire-error.ts'
