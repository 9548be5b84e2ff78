import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './support/client.ts'
import { loadSpeech, silence, speak } from './support/speech.ts'
import { type Stack, startStack } from './support/stack.ts'

const fixtures = new URL('../../../fixtures/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('speech/manifest.json', fixtures), 'utf8')) as {
  file: string
  text: string
}[]

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    env: {
      VOICEBOX_STT_ENGINE: 'whisper',
      VOICEBOX_MODELS_DIR: fixtures.pathname,
      VOICEBOX_WHISPER_MODEL: 'whisper-mini',
      VOICEBOX_WHISPER_DTYPE: 'fp16',
      VOICEBOX_LLM_PROVIDERS: JSON.stringify([{ type: 'echo' }]),
    },
  })
})
afterAll(() => stack.close())

describe('Whisper through the whole stack', () => {
  it.each(manifest)('transcribes $file exactly', async ({ file, text }) => {
    const client = await connect(stack.ws())
    const input = {
      transcription: { model: 'whisper-1' },
      turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
    }
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } })
    await speak(client, silence(400))
    await speak(client, await loadSpeech(new URL(`speech/${file}`, fixtures).pathname))
    await speak(client, silence(1_200))
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe(text)
    const { response } = await client.next('response.done')
    expect(response.status).toBe('completed')
    expect(client.of('error')).toEqual([])
    await client.close()
  })
})
