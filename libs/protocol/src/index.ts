export type { AudioFormat } from './audio-format.ts'
export { type ClientEvent, type ClientEventOf, type ClientEventType, clientEvents } from './client-events.ts'
export { protocolReference } from './docs.ts'
export { encodeServerEvent } from './encode.ts'
export type { OutputModalities } from './generation.ts'
export type { NoiseReduction, Transcription } from './input-audio.ts'
export type { ItemInput, ResponseInput } from './item-input.ts'
export type { ContentPart, FunctionCallItem, FunctionCallOutputItem, Item, ItemStatus, MessageItem } from './item.ts'
export { type ParsedClientEvent, parseClientEvent } from './parse.ts'
export type { ResponseObject, ResponseStatus, ResponseStatusDetails } from './response-object.ts'
export type { ResponseOptions } from './response-options.ts'
export {
  type ResponsePart,
  type ServerEvent,
  type ServerEventBody,
  type ServerEventOf,
  type ServerEventType,
  serverEvents,
} from './server-events.ts'
export { type NewSession, type Session, type SessionPatch, type Voice, defaultSession } from './session-object.ts'
export type { Tool, ToolChoice } from './tool.ts'
export type { SemanticVad, ServerVad, TurnDetection } from './turn-detection.ts'
export type { TranscriptionUsage, Usage } from './usage.ts'
export { type WireError, wireError } from './wire-error.ts'
