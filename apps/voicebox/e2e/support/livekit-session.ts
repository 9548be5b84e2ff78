import { initializeLogger, type llm } from '@livekit/agents'
import { realtime } from '@livekit/agents-plugin-openai'
import { AudioFrame } from '@livekit/rtc-node'
import { frames } from './recordings.ts'
import { apiKey, type Stack } from './stack.ts'
import { watch, type Watch } from './watch.ts'

/** The plugin's session without a room: what a microphone would give is pushed, what a speaker would play is read. */
export interface LivekitSession {
  session: realtime.RealtimeSession
  /** What came over the wire. */
  wire: Watch<WireEvent>
  /** What the session told its agent. */
  told: Watch<Told>
  /** Pushes frames of 40 ms; `pace` 1 is real time, 0 as fast as it goes. */
  speak(samples: Int16Array, pace?: number): Promise<void>
  /** Closes; answers the errors that the agent was told. */
  close(): Promise<unknown[]>
}

export interface WireEvent {
  type: string
  [key: string]: unknown
}

export type Told =
  | { type: 'generation_created'; told: llm.GenerationCreatedEvent }
  | { type: 'input_audio_transcription_completed'; told: { itemId: string; transcript: string; isFinal: boolean } }
  | { type: 'input_speech_started'; told: object }
  | { type: 'error'; told: llm.RealtimeModelError }

const told = ['generation_created', 'input_audio_transcription_completed', 'input_speech_started', 'error'] as const

export function openLivekit(stack: Stack): LivekitSession {
  initializeLogger({ pretty: false, level: 'silent' })
  const baseURL = stack.ws().replace('ws:', 'http:').replace('/realtime', '')
  const session = new realtime.RealtimeModel({ baseURL, apiKey, model: 'gpt-realtime' }).session()
  const wire = watch<WireEvent>()
  const heard = watch<Told>()
  let closing: Promise<void> | undefined
  session.on('openai_server_event_received', (event: WireEvent) => wire.add(event))
  for (const type of told) session.on(type, (event: unknown) => heard.add({ type, told: event } as Told))
  return {
    session,
    wire,
    told: heard,
    async speak(samples, pace = 0) {
      for (const frame of frames(samples)) {
        session.pushAudio(new AudioFrame(frame, 24_000, 1, frame.length))
        if (pace > 0) await new Promise((resolve) => setTimeout(resolve, 40 * pace))
      }
    },
    async close() {
      await (closing ??= session.close())
      return heard.of('error').map((event) => event.told.error)
    },
  }
}

/** What came of a generation, once it is over. */
export interface Generated {
  messageId: string
  text: string
  audioMs: number
  calls: llm.FunctionCall[]
}

/** Reads a generation to its end, as an agent does that plays and runs what comes. */
export async function read(generation: llm.GenerationCreatedEvent): Promise<Generated> {
  const generated: Generated = { messageId: '', text: '', audioMs: 0, calls: [] }
  await Promise.all([
    (async () => {
      for await (const message of generation.messageStream) {
        generated.messageId = message.messageId
        await Promise.all([
          (async () => {
            for await (const text of message.textStream) generated.text += typeof text === 'string' ? text : text.text
          })(),
          (async () => {
            for await (const frame of message.audioStream) generated.audioMs += frame.samplesPerChannel / 24
          })(),
        ])
      }
    })(),
    (async () => {
      for await (const call of generation.functionStream) generated.calls.push(call)
    })(),
  ])
  return generated
}
