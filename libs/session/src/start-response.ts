import type { ResponseObject, ResponseOptions } from '@voicebox/protocol'
import { stopAwaitingUser } from './await-user.ts'
import { createdEntry, storeCreated } from './created-item.ts'
import { type Draft, makeId, send, set } from './draft.ts'
import { counted, save } from './entries.ts'
import { startGenerating } from './generate.ts'
import { listServers } from './mcp-listing.ts'
import { instructionsOf, sessionInstructions } from './prompt.ts'
import { putResponse } from './responses.ts'
import type { ActiveResponse, Entry, Toolbox } from './state.ts'
import { askForWords } from './transcribe.ts'
import { voiceName } from './voice.ts'

/** Begins a response and asks the language model, as soon as every utterance that it reads has its words. */
export function startResponse(draft: Draft, options: ResponseOptions | undefined): void {
  const id = makeId(draft, 'resp')
  const object = objectOf(draft, id, options)
  const isInConversation = options?.conversation !== 'none'
  if (isInConversation) stopAwaitingUser(draft)
  const itemIds = contextFor(draft, options)
  const response: ActiveResponse = {
    id,
    object,
    instructions: instructionsFor(draft, options),
    modality: object.output_modalities[0],
    format: object.audio.output.format,
    isInConversation,
    readsConversation: options?.input === undefined,
    itemIds,
    awaiting: [],
    toolbox: toolboxOf(draft, options),
    offered: [],
    output: [],
    text: '',
    finish: null,
    failure: null,
    speech: {
      segment: 0,
      offset: 0,
      sentSamples: 0,
      planned: {},
      sent: {},
      ended: {},
      held: [],
      heldSamples: 0,
      hasFailed: false,
    },
    inputAudioMs: 0,
    inputCharacters: 0,
  }
  send(draft, { type: 'response.created', response: object })
  for (const itemId of whoseWordsAre(draft, 'unasked', itemIds)) askForWords(draft, itemId)
  const listed = listingsFor(draft, response, options)
  const pending = whoseWordsAre(draft, 'pending', itemIds)
  startGenerating(draft, putResponse(draft, { ...response, awaiting: [...pending, ...listed] }))
}

function whoseWordsAre({ state }: Draft, which: Entry['transcription'], itemIds: readonly string[]): string[] {
  const those = new Set(
    [...state.entries, ...state.asides].flatMap(({ item, transcription }) => (transcription === which ? item.id : [])),
  )
  return those.size === 0 ? [] : itemIds.filter((itemId) => those.has(itemId))
}

/** A response waits for the servers that it was given, and for the session's if it must call a tool. */
function listingsFor(
  draft: Draft,
  { toolbox, isInConversation }: ActiveResponse,
  options: ResponseOptions | undefined,
): string[] {
  if (options?.tools !== undefined) return listServers(draft, options.tools, isInConversation)
  const mustCall = toolbox.choice === 'required' || typeof toolbox.choice === 'object'
  const underWay = draft.state.listings.filter(({ status }) => status === 'in_progress')
  return mustCall ? underWay.map(({ itemId }) => itemId) : []
}

function objectOf(draft: Draft, id: string, options: ResponseOptions | undefined): ResponseObject {
  const { session, conversationId, spokenVoice } = draft.state
  const output = options?.audio?.output
  const temperature = options?.temperature ?? session.temperature
  return {
    object: 'realtime.response',
    id,
    status: 'in_progress',
    status_details: null,
    output: [],
    conversation_id: options?.conversation === 'none' ? null : conversationId,
    output_modalities: options?.output_modalities ?? session.output_modalities,
    max_output_tokens: options?.max_output_tokens ?? session.max_output_tokens,
    audio: {
      output: {
        format: output?.format ?? session.audio.output.format,
        voice: voiceName(output?.voice ?? spokenVoice ?? session.audio.output.voice),
      },
    },
    ...(temperature === undefined ? {} : { temperature }),
    usage: null,
    metadata: options?.metadata ?? null,
  }
}

/** What the response reads: the conversation as it stands, or what it was given in its place. */
function contextFor(draft: Draft, options: ResponseOptions | undefined): string[] {
  if (options?.input === undefined) {
    return draft.state.entries.filter(({ isLeftOut }) => !isLeftOut).map(({ item }) => item.id)
  }
  return options.input.map((input) => {
    if (input.type === 'item_reference') return input.id
    const entry = counted(draft.state, createdEntry(draft, input, makeId(draft, 'item')))
    set(draft, { asides: [...draft.state.asides, entry] })
    save(draft, entry)
    storeCreated(draft, input, entry)
    return entry.item.id
  })
}

/** What was said last about it counts: for the response, for the session, in words before by a stored prompt. */
function instructionsFor({ state }: Draft, options: ResponseOptions | undefined): string {
  const { session, prompts } = state
  if (options?.instructions !== undefined) return options.instructions
  if (options?.prompt != null) return instructionsOf(prompts, options.prompt)
  return sessionInstructions(session, prompts)
}

function toolboxOf({ state }: Draft, options: ResponseOptions | undefined): Toolbox {
  const { session } = state
  const parallel = options?.parallel_tool_calls ?? session.parallel_tool_calls
  const reasoningEffort = (options?.reasoning ?? session.reasoning)?.effort
  const temperature = options?.temperature ?? session.temperature
  return {
    tools: options?.tools ?? session.tools,
    choice: options?.tool_choice ?? session.tool_choice,
    ...(parallel === undefined ? {} : { parallel }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(temperature === undefined ? {} : { temperature }),
  }
}
