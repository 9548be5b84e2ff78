import type { ClientEvent, ResponseObject, ResponseOptions, ServerEventOf } from '@voicebox/protocol'
import type { Asked, TurnRecord } from '../transcript.ts'
import type { Line } from './line.ts'
import type { Microphone } from './microphone.ts'
import type { Recordings } from './recordings.ts'

/** What a turn plays with. */
export interface Scene {
  line: Line
  /** Of spoken sessions. */
  microphone: Microphone | null
  recordings: Recordings
  record: TurnRecord
  /** Makes a name that the session has not had. */
  name(prefix: string): string
}

export const transcriptionEnds = [
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
] as const

type MadeItem = Extract<ClientEvent, { type: 'conversation.item.create' }>['item']

/** Makes an item, and answers its id. */
export function make({ line, name }: Scene, item: MadeItem): string {
  const id = name('item')
  line.send({ type: 'conversation.item.create', event_id: name('event'), item: { ...item, id } })
  return id
}

export function makeUserMessage(scene: Scene, text: string): string {
  return make(scene, { type: 'message', role: 'user', content: [{ type: 'input_text', text }] })
}

/** Asks for a response; answers its tag. */
export function ask({ line, name }: Scene, asked: Asked, beside?: Beside): string {
  const tag = name('turn')
  line.transcript.asked[tag] = asked
  const response: ResponseOptions = { ...beside, output_modalities: [asked.modality], metadata: { turn: tag } }
  line.send({ type: 'response.create', event_id: name('event'), response })
  return tag
}

/** What makes a response one beside the conversation. */
type Beside = Required<Pick<ResponseOptions, 'conversation' | 'input'>>

export function created({ line }: Scene, tag: string): Promise<ServerEventOf<'response.created'>> {
  return line.next('response.created', ({ response }) => response.metadata?.['turn'] === tag)
}

export async function done({ line }: Scene, tag: string): Promise<ResponseObject> {
  return (await line.next('response.done', ({ response }) => response.metadata?.['turn'] === tag)).response
}
