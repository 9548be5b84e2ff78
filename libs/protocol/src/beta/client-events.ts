import type { z } from 'zod'
import { type ClientEvent, type ClientEventType, clientEvents } from '../client-events.ts'
import { clientEvent } from '../event.ts'
import type { EventSchemas } from '../parse.ts'
import { betaItemInputSchema } from './item-input.ts'
import { betaResponseOptionsSchema } from './response-options.ts'
import { betaSessionPatchSchema } from './session-patch.ts'
import { betaTranscriptionPatchSchema } from './transcription-patch.ts'

/** What the beta dialect calls the `session.update` of a transcription session. */
export const transcriptionUpdate = 'transcription_session.update'

/** The events that a client of the beta dialect sends in another shape; each is read into the session's own. */
export const betaClientEvents = [
  clientEvent('session.update', aboutEvent('session.update'), { session: betaSessionPatchSchema }),
  clientEvent(
    transcriptionUpdate,
    'Changes a transcription session; answered by `transcription_session.updated` with the whole effective session.',
    { session: betaTranscriptionPatchSchema },
  ),
  clientEvent('conversation.item.create', aboutEvent('conversation.item.create'), {
    ...eventOf('conversation.item.create').shape,
    item: betaItemInputSchema,
  }),
  clientEvent('response.create', aboutEvent('response.create'), {
    response: betaResponseOptionsSchema.exactOptional(),
  }),
] as const

/** Every event of the beta dialect with what reads it, in the order in which errors list them. */
export const betaSchemas: EventSchemas = new Map<string, z.ZodType<ClientEvent>>([
  ...clientEvents.map((schema) => [schema.shape.type.value, schema] as const),
  ...betaClientEvents.map((schema) => [schema.shape.type.value, schema.transform(asSessionEvent)] as const),
])

type BetaClientEvent = ReturnType<(typeof betaClientEvents)[number]['parse']>

/** The one event that also has another name. */
function asSessionEvent(event: BetaClientEvent): ClientEvent {
  return event.type === transcriptionUpdate ? { ...event, type: 'session.update' } : event
}

function eventOf<T extends ClientEventType>(type: T) {
  type Schema = Extract<(typeof clientEvents)[number], { shape: { type: { value: T } } }>
  return clientEvents.find((schema): schema is Schema => schema.shape.type.value === type) as Schema
}

function aboutEvent(type: ClientEventType): string {
  return eventOf(type).description ?? ''
}
