import type { ItemId, ResponseId } from '@voicebox/kernel'
import type { AudioFormat, Item, McpListedTool, ResponseObject, Session } from '@voicebox/protocol'
import type { McpServerAddress, ModelTool } from './effect.ts'
import type { AudioRef, FinishReason, Service, TokenCounts } from './input.ts'

/** A conversation's whole state: plain data, never changed in place. */
export interface SessionState {
  /** Fixed for the session's life. A transcription session never answers. */
  readonly type: 'realtime' | 'transcription'
  /** The effective settings, secrets of tools included: `shownSession` is what a client may see. */
  readonly session: Session
  readonly conversationId: string
  /** Whether `conversation.created` follows `session.created`. */
  readonly announcesConversation: boolean
  readonly limits: SessionLimits
  readonly prompts: Readonly<Record<string, PromptTemplate>>
  /** Ids are made from this, so that the same history makes the same ids. */
  readonly ids: { readonly space: string; readonly made: number }
  /** The default conversation, oldest first. */
  readonly entries: readonly Entry[]
  /** What was put away, to make room: history alone has it. In the order of the conversation. */
  readonly away: readonly AwayPiece[]
  /** What of it the client waits to be shown. */
  readonly recalls: readonly Recall[]
  /** How many places in the conversation were given away, for `positionAt`. */
  readonly joined: number
  /** What was given as the input of a response: read by it, but no part of the conversation. */
  readonly asides: readonly Entry[]
  readonly buffer: InputBuffer
  /** The default conversation's response in flight. */
  readonly response: ActiveResponse | null
  /** Responses in flight outside the conversation. */
  readonly outOfBand: readonly ActiveResponse[]
  /** The MCP servers that were asked for their tools. */
  readonly listings: readonly McpListing[]
  /** The last turn was the assistant's, and the user has not said anything since. */
  readonly awaitsUser: boolean
  /** The voice of the assistant audio that was sent, which is locked by it. */
  readonly spokenVoice: string | null
  /** Which kinds of work nobody serves at the moment, and whether the client was told so. */
  readonly outages: Readonly<Record<Service, 'none' | 'untold' | 'told'>>
}

/** A stored prompt, as the operator configured it. */
export interface PromptTemplate {
  readonly version: string | null
  /** Text with `{{name}}` where a variable stands. */
  readonly instructions: string
  /** Values of the variables that need not be given. */
  readonly variables: Readonly<Record<string, string>>
}

export interface SessionLimits {
  /** Longest uncommitted input audio. */
  readonly inputBufferMs: number
  /** How much of the latest silence stays in the buffer while turns are detected. */
  readonly keptSilenceMs: number
  /** How much audio of items stays retrievable; the oldest goes first. */
  readonly keptAudioMs: number
  /** Silence of every worker, for one piece of work, after which it is given up. */
  readonly workTimeoutMs: number
  readonly items: number
  /** History has all of the conversation, so that its oldest items can be put away where it would be full. */
  readonly keepsHistory: boolean
  /** Text of all items together, in characters; pictures count as their data URIs. */
  readonly characters: number
  /** Responses in flight outside the conversation. */
  readonly outOfBand: number
  /** Generated audio that waits for an earlier segment. */
  readonly heldAudioSamples: number
  /** What the language model reads and writes at most, together. */
  readonly contextTokens: number
  /** The speech-to-text engine listens while the user speaks, so its work begins with the speech. */
  readonly transcribesLive: boolean
  /** Interim words of the speech-to-text engine are never taken back. */
  readonly settlesWords: boolean
  /** What the assistant says where no language model can be reached; null: nothing. */
  readonly apology: string | null
}

/** Items that were put away. Pieces are records of their own, so that what is told anew is no more than one. */
export interface AwayPiece {
  /** Orders the pieces; it may be negative. */
  readonly nth: number
  readonly ids: readonly ItemId[]
  /** No entry has a position between these. */
  readonly least: number
  readonly greatest: number
}

/** A retrieval of an item that was put away. */
export interface Recall {
  readonly itemId: ItemId
  /** Of the client's event. */
  readonly eventId: string | null
}

/** An item and what is known of its speech. */
export interface Entry {
  readonly item: Item
  /** Where it stands in history; 0 for what is no part of the conversation. */
  readonly position: number
  /** Where its transcript stands; `none` for items that are not spoken by the user, `unasked` until somebody needs it. */
  readonly transcription: 'none' | 'unasked' | 'pending' | 'done' | 'failed'
  /** The words that were told before the transcript was final. */
  readonly told: string
  readonly audioMs: number
  /** Whose audio it has, as long as that is kept. */
  readonly audio: 'heard' | 'spoken' | null
  /** When which words of the assistant were spoken; empty for others. */
  readonly segments: readonly SpokenSegment[]
  /** The words of truncated audio, in place of its transcript. */
  readonly heard: string | null
  /** Whom a call, or a request to allow one, is for; null for all else. */
  readonly server: McpServerAddress | null
  /** A request to allow a call that was answered, once and for all. */
  readonly isAnswered: boolean
  /** What the model sees of it, in characters. */
  readonly characters: number
  /** It has given way to the model's limit, and is not shown to it any more. */
  readonly isLeftOut: boolean
}

/** A piece of text that was made into speech at once. */
export interface SpokenSegment {
  readonly text: string
  /** How much of it was sent. */
  readonly sentMs: number
  /** Its full length; null where it was never made to the end. */
  readonly totalMs: number | null
}

/** The input audio buffer. Positions are milliseconds since the session's first frame. */
export interface InputBuffer {
  /** Where the uncommitted audio begins. */
  readonly startMs: number
  /** How much was heard in all. */
  readonly heardMs: number
  /** The item that the open utterance will become; null while nobody speaks. */
  readonly itemId: ItemId | null
  /** The open utterance is being transcribed already, while it is spoken. */
  readonly isTranscribing: boolean
  /** Its words so far. */
  readonly interim: string
  /** Audio beyond the cap was refused, and the client was told so. */
  readonly isFull: boolean
}

export interface ActiveResponse {
  readonly id: ResponseId
  /** As announced in `response.created`. */
  readonly object: ResponseObject
  readonly instructions: string
  readonly modality: 'audio' | 'text'
  readonly format: AudioFormat
  /** It belongs to the default conversation. */
  readonly isInConversation: boolean
  /** It reads the default conversation, not what it was given in its place. */
  readonly readsConversation: boolean
  /** What the language model reads, oldest first: items of the conversation, or of `asides`. */
  readonly itemIds: readonly ItemId[]
  /** Transcripts and listings that must come before the language model can be asked. */
  readonly awaiting: readonly ItemId[]
  readonly toolbox: Toolbox
  /** What the language model was offered to call: listings that come later change nothing in it. */
  readonly offered: readonly BoundTool[]
  /** What it has made so far, by output index. */
  readonly output: readonly Output[]
  readonly text: string
  readonly finish: { readonly reason: FinishReason; readonly usage: TokenCounts; readonly segments: number } | null
  /** Why it has failed, while it still apologizes for that. */
  readonly failure: ResponseFailure | null
  readonly speech: SpeechProgress
  readonly inputAudioMs: number
  /** What the language model was given to read, in characters; 0 until it is asked. */
  readonly inputCharacters: number
}

export interface ResponseFailure {
  /** `server_error` unless said otherwise. */
  readonly type?: string
  readonly code: string
  readonly message: string
}

/** An item of a response in flight. */
export interface Output {
  /** As it stands; a message is empty until it is closed. */
  readonly item: OutputItem
  /** Which call of the model it is; null for the message. */
  readonly call: number | null
  /** More of it may come; its MCP server is at work; or nothing is left to be said of it. */
  readonly phase: 'open' | 'running' | 'done'
}

export type OutputItem = Extract<
  Item,
  { role: 'assistant' } | { type: 'function_call' | 'mcp_call' | 'mcp_approval_request' }
>

/** What the model may call in a response, and who runs it. */
export interface Toolbox {
  /** The tools as the client gave them: a listing that comes later can complete them. */
  readonly tools: Session['tools']
  readonly choice: Session['tool_choice']
  readonly parallel?: boolean
  readonly reasoningEffort?: NonNullable<Session['reasoning']>['effort']
  readonly temperature?: number
}

/** A tool as the model knows it, and whose it is. */
export interface BoundTool {
  readonly declaration: ModelTool
  /** Null: the client's. */
  readonly server: {
    readonly address: McpServerAddress
    readonly toolName: string
    readonly needsApproval: boolean
  } | null
}

/** An MCP server whose tools were asked for. */
export interface McpListing {
  readonly itemId: ItemId
  readonly server: McpServerAddress
  readonly status: 'in_progress' | 'completed' | 'failed'
  /** The conversation has an item that shows it; not where only a response outside it asked. */
  readonly isShown: boolean
  readonly tools: readonly McpListedTool[]
}

/** How far the audio of a response has been forwarded: segments in order, samples in order within each. */
export interface SpeechProgress {
  readonly segment: number
  /** Samples of that segment sent so far. */
  readonly offset: number
  readonly sentSamples: number
  /** The texts of the segments, by number. */
  readonly planned: Readonly<Record<number, string>>
  /** Samples sent, by segment. */
  readonly sent: Readonly<Record<number, number>>
  /** Segments that ended: their length in samples, where they were spoken at all. */
  readonly ended: Readonly<Record<number, number>>
  /** Audio that came before its turn, in the order in which it will be sent; one piece a place. */
  readonly held: readonly HeldAudio[]
  readonly heldSamples: number
  readonly hasFailed: boolean
}

export interface HeldAudio {
  readonly segment: number
  readonly offset: number
  readonly audio: AudioRef
}
