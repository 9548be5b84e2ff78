import fc from 'fast-check'
import type {
  RealtimeServerEvent,
  SessionUpdateEvent,
  TranscriptionSessionUpdate,
} from 'openai/resources/beta/realtime/realtime'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { betaDialect } from './dialect.ts'
import { officialBetaEvents } from './openai.testing.ts'
import type { betaTranscriptionPatchSchema } from './transcription-patch.ts'
import type { BetaServerEvent } from './server-events.ts'
import type { betaSessionPatchSchema } from './session-patch.ts'

/** The wire writes null where OpenAI's types only know of absence. */
type NullsAbsent<T> = T extends object ? { [K in keyof T]: NullsAbsent<Exclude<T[K], null>> } : T

type Told<T> = NullsAbsent<Extract<BetaServerEvent, { type: T }>>
type Known<T> = Extract<RealtimeServerEvent, { type: T }>
type Types = BetaServerEvent['type']
type Misfit = { [T in Types]: Told<T> extends Known<T> ? never : T }[Types]

type ShownSession = Told<'session.updated'>['session']
type KnownSession = Known<'session.updated'>['session']
type ShownTranscription = Told<'transcription_session.updated'>['session']
type KnownTranscription = Known<'transcription_session.updated'>['session']

type Session = SessionUpdateEvent.Session
type TranscriptionSession = TranscriptionSessionUpdate.Session
/** Their types leave it open, and say any string where there are three. */
type Imprecise = 'tools' | 'tool_choice' | 'input_audio_noise_reduction' | 'include'

describe('the official client of the beta dialect', () => {
  it('has a type for every server event but the extensions, sessions apart', () => {
    expectTypeOf<Known<'session.resumed'>>().toEqualTypeOf<never>()
    expectTypeOf<Exclude<Misfit, 'session.resumed'>>().toEqualTypeOf<
      'session.created' | 'session.updated' | 'transcription_session.created' | 'transcription_session.updated'
    >()
  })

  it('knows the session that it is shown, but for other models, a choice of one function, and a secret of REST', () => {
    expectTypeOf<Omit<ShownSession, 'model' | 'tool_choice'>>().toExtend<Omit<KnownSession, 'model' | 'tool_choice'>>()
    expectTypeOf<Omit<ShownTranscription, 'input_audio_transcription'>>().toExtend<
      Omit<KnownTranscription, 'client_secret' | 'input_audio_transcription'>
    >()
  })

  it('has types that the sessions it sends fit', () => {
    expectTypeOf<Omit<Session, Imprecise>>().toExtend<Omit<z.input<typeof betaSessionPatchSchema>, Imprecise>>()
    expectTypeOf<Omit<TranscriptionSession, Imprecise>>().toExtend<
      Omit<z.input<typeof betaTranscriptionPatchSchema>, Imprecise>
    >()
  })

  it.each(Object.entries(officialBetaEvents))('may send any %s that its types allow', (_, events) => {
    fc.assert(
      fc.property(events, (event) => {
        expect(betaDialect.parse(JSON.stringify(event))).toMatchObject({ ok: true })
      }),
    )
  })
})
