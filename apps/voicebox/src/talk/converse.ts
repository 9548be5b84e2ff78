import { bytesOf, samplesOf } from '@voicebox/audio'
import { Failure, sleep } from '@voicebox/kernel'
import type { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { closed } from './connect.ts'
import { lastLoudSample, wireRateHz } from './speech.ts'
import { waterfallKey } from './waterfall-text.ts'

export interface Answer {
  /** pcm16 at the wire's rate. */
  chunks: Int16Array[]
  /** From the last sound that was sent to the first audio that came. */
  firstAudioMs: number
  /** What the server says of where the time went, if it was asked and does. */
  waterfall: string | undefined
}

const frameMs = 40
const frameSamples = (wireRateHz * frameMs) / 1000
/** Silence after which a server that has not found the end of the turn never will. */
const maxSilenceMs = 10_000
const answerWithinMs = 120_000

/**
 * Says one turn in real time, and the silence after it, until the answer to it has come. A pause within the speech may
 * end a turn early: the answer is then the one to the last turn.
 */
export async function converse(
  client: OpenAIRealtimeWS,
  speech: Int16Array,
  { write, signal, wantsWaterfall }: { write: (text: string) => void; signal: AbortSignal; wantsWaterfall: boolean },
): Promise<Answer> {
  client.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      audio: { input: { transcription: { model: 'whisper-1' } } },
      ...(wantsWaterfall && { tracing: { workflow_name: 'talk', metadata: { [waterfallKey]: true } } }),
    },
  })
  const turn = { isOver: false, wasSaid: false, saidAtMs: 0 }
  const over = new AbortController()
  const answered = listen(client, turn, write)
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Failure('client', 'stopped', 'Stopped.')), { once: true })
    void sleep(answerWithinMs + (speech.length / wireRateHz) * 1000, over.signal).then(() => {
      reject(new Failure('dependency', 'no_answer', `No answer within ${answerWithinMs / 1000} s.`))
    })
  })
  try {
    return await Promise.race([answered, stopped, say(client, speech, turn, over.signal)])
  } finally {
    over.abort()
  }
}

interface Turn {
  /** The server has found the end of what was said last. */
  isOver: boolean
  /** All of the speech was sent. */
  wasSaid: boolean
  saidAtMs: number
}

/** Sends the speech and then silence, frame by frame at the pace of a microphone. It never resolves with anything but a failure. */
async function say(client: OpenAIRealtimeWS, speech: Int16Array, turn: Turn, over: AbortSignal): Promise<never> {
  const lastLoud = lastLoudSample(speech)
  const startMs = performance.now()
  const lastFrame = Math.ceil((speech.length + (maxSilenceMs * wireRateHz) / 1000) / frameSamples)
  for (let frame = 0; frame < lastFrame && !(turn.isOver && turn.wasSaid); frame += 1) {
    await sleep(startMs + frame * frameMs - performance.now(), over)
    if (over.aborted) return forever()
    const start = frame * frameSamples
    const samples = new Int16Array(frameSamples)
    samples.set(speech.subarray(start, start + frameSamples))
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from(bytesOf(samples)).toString('base64') })
    if (start <= lastLoud) turn.saidAtMs = performance.now()
    turn.wasSaid = start + frameSamples > lastLoud
  }
  if (turn.isOver) return forever()
  throw new Failure('engine', 'no_turn', 'The server heard no end of speech: is there speech in the WAV?')
}

const forever = (): Promise<never> => new Promise(() => {})

/** Prints what comes, and resolves with the finished answer to the last turn. */
function listen(client: OpenAIRealtimeWS, turn: Turn, write: (text: string) => void): Promise<Answer> {
  let answer: Answer = { chunks: [], firstAudioMs: 0, waterfall: undefined }
  let printed = ''
  const print = (who: string, text: string): void => {
    write(printed === who ? text : `${printed === '' ? '' : '\n'}${who}${text}`)
    printed = who
  }
  return new Promise((resolve, reject) => {
    client.on('input_audio_buffer.speech_started', () => (turn.isOver = false))
    client.on('input_audio_buffer.speech_stopped', () => (turn.isOver = true))
    client.on('conversation.item.input_audio_transcription.completed', ({ transcript }) =>
      print('heard:  ', transcript),
    )
    client.on('conversation.item.input_audio_transcription.failed', ({ error }) => {
      print('heard:  ', `(${error.message ?? 'not understood'})`)
    })
    client.on('response.created', () => (answer = { chunks: [], firstAudioMs: 0, waterfall: undefined }))
    client.on('response.output_audio_transcript.delta', ({ delta }) => print('answer: ', delta))
    client.on('response.output_audio.delta', ({ delta }) => {
      if (answer.chunks.length === 0) answer.firstAudioMs = performance.now() - turn.saidAtMs
      answer.chunks.push(samplesOf(Buffer.from(delta, 'base64')))
    })
    client.on('response.done', ({ response }) => {
      if (!turn.wasSaid || !turn.isOver || response.status === 'cancelled') return
      write('\n')
      answer.waterfall = response.metadata?.[waterfallKey]
      if (response.status === 'completed' || response.status === 'incomplete') return resolve(answer)
      reject(
        new Failure(
          'engine',
          'failed',
          `The answer failed: ${response.status_details?.error?.code ?? response.status ?? 'unknown'}`,
        ),
      )
    })
    client.on('error', (error) => reject(new Failure('dependency', 'server_error', error.message, { cause: error })))
    client.socket.once('close', (code, reason) => reject(closed(code, String(reason))))
  })
}
