import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesOf, concatSamples, readWav, samplesOf, samplesToMs, writeWav } from '@voicebox/audio'
import { describe, expect, it } from 'vitest'
import { makeTempDir } from '../testing/processes.ts'
import { startScriptedServer } from '../testing/scripted-server.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

describe('npm run talk', () => {
  it('speaks a WAV, prints the conversation and saves the answer', async () => {
    const dir = makeTempDir()
    const heard: Int16Array[] = []
    let isAnswered = false
    await startScriptedServer(dir, (event, send) => {
      if (event.type !== 'input_audio_buffer.append' || isAnswered) return
      const samples = samplesOf(Buffer.from(String(event.audio), 'base64'))
      heard.push(samples)
      if (heard.length === 1) send({ type: 'input_audio_buffer.speech_started' })
      if (samples.some((sample) => sample !== 0)) return
      isAnswered = true
      send({ type: 'input_audio_buffer.speech_stopped' })
      send({ type: 'conversation.item.input_audio_transcription.completed', transcript: 'What time is it?' })
      send({ type: 'response.created', response: {} })
      for (const delta of ['It is ', 'noon.']) send({ type: 'response.output_audio_transcript.delta', delta })
      for (let chunk = 0; chunk < 2; chunk += 1) send({ type: 'response.output_audio.delta', delta: audio(2_400) })
      send({ type: 'response.done', response: { status: 'completed' } })
    })
    const { stdout, stderr, code } = await talk(dir, ['in.wav', 'out.wav'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('heard:  What time is it?\nanswer: It is noon.\nFirst audio ')
    const saved = readWav(readFileSync(join(dir, 'out.wav')))
    expect(saved.sampleRateHz).toBe(24_000)
    expect(saved.samples).toHaveLength(4_800)
    const loud = concatSamples(heard).map((sample) => (Math.abs(sample) > 1_000 ? 1 : 0))
    const heardMs = samplesToMs(loud.lastIndexOf(1) - loud.indexOf(1), 24_000)
    expect(Math.round(heardMs / 10)).toBe(20)
  })

  it('shows where the time of the answer went, where it is asked to', async () => {
    const dir = makeTempDir()
    const asked: unknown[] = []
    let count = 0
    await startScriptedServer(dir, (event, send) => {
      if (event.type === 'session.update') asked.push(event.session)
      if (event.type !== 'input_audio_buffer.append' || (count += 1) !== 6) return
      send({ type: 'input_audio_buffer.speech_stopped' })
      send({ type: 'response.created', response: {} })
      send({ type: 'response.output_audio.delta', delta: audio(2_400) })
      const waterfall = { v: 1, first: 300, total: 400, stages: [['stt', 100, 150]], by: { stt: 'pocketsphinx' } }
      const metadata = { 'voicebox.waterfall': JSON.stringify(waterfall) }
      send({ type: 'response.done', response: { status: 'completed', metadata } })
    })
    const { stdout, code } = await talk(dir, ['in.wav', '--waterfall'])
    expect(code).toBe(0)
    expect(asked).toMatchObject([{ tracing: { metadata: { 'voicebox.waterfall': true } } }])
    expect(stdout).toMatch(/whole turn 400 ms[^]*recognition +pocketsphinx +100 +150 +█{15}/)
  })

  it('fails when the answer has no audio, and saves nothing', async () => {
    const dir = makeTempDir()
    let count = 0
    await startScriptedServer(dir, (event, send) => {
      if (event.type !== 'input_audio_buffer.append' || (count += 1) !== 6) return
      send({ type: 'input_audio_buffer.speech_stopped' })
      send({ type: 'response.created', response: {} })
      send({ type: 'response.done', response: { status: 'completed' } })
    })
    const { stderr, code } = await talk(dir, ['in.wav', 'out.wav'])
    expect(stderr).toBe('The answer came without audio.\n')
    expect(code).toBe(1)
    expect(existsSync(join(dir, 'out.wav'))).toBe(false)
  })

  it.each([
    [
      'a failed answer',
      { type: 'response.done', response: { status: 'failed', status_details: { error: { code: 'tts_down' } } } },
      'The answer failed: tts_down',
    ],
    [
      'an error',
      { type: 'error', error: { type: 'server_error', code: 'oops', message: 'It broke', param: null } },
      'It broke',
    ],
  ])('says in one line what the server says: %s', async (_what, event, expected) => {
    const dir = makeTempDir()
    let count = 0
    await startScriptedServer(dir, ({ type }, send) => {
      if (type !== 'input_audio_buffer.append' || (count += 1) !== 6) return
      send({ type: 'input_audio_buffer.speech_stopped' })
      send(event)
    })
    const { stderr, code } = await talk(dir, ['in.wav'])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('says that the server went away', async () => {
    const dir = makeTempDir()
    await startScriptedServer(dir, (_event, _send, socket) => socket.close(1001, 'leaving'))
    expect((await talk(dir, ['in.wav'])).stderr).toBe('The server closed the connection (1001, leaving).\n')
  })

  it('says that the key is wrong', async () => {
    const dir = makeTempDir()
    await startScriptedServer(dir, () => {})
    expect(await talk(dir, ['in.wav', '--key', 'sk-another'])).toMatchObject({
      stderr: 'The server refuses the key: set VOICEBOX_API_KEY, or give --key.\n',
      code: 1,
    })
  })

  it.each([
    [['in.wav'], 'No voicebox runs here: start one with npm start'],
    [['in.wav', '--url', 'wss://127.0.0.1:1/v1/realtime'], 'Nothing listens on wss://127.0.0.1:1/v1/realtime'],
    [['in.wav', '--url', 'http://127.0.0.1:8080'], 'is not a wss:// URL'],
    [['missing.wav', '--url', 'wss://127.0.0.1:1/v1/realtime'], 'missing.wav: ENOENT'],
    [['talk.txt', '--url', 'wss://127.0.0.1:1/v1/realtime'], 'not a RIFF/WAVE file'],
    [['silence.wav', '--url', 'wss://127.0.0.1:1/v1/realtime'], 'silence.wav is silent.'],
    [['in.wav', '--loud'], "Unknown option '--loud'"],
    [[], 'Which WAV?'],
  ])('says in one line what is wrong with %j', async (args, expected) => {
    const { stderr, code } = await talk(makeTempDir(), args)
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).not.toBe(0)
  })
})

/** Runs it as a user who stands in the folder, with a WAV of 0.2 s at 8 kHz there. */
async function talk(dir: string, args: string[]) {
  writeFileSync(join(dir, 'in.wav'), writeWav({ sampleRateHz: 8_000, samples: tone(1_600, 8_000) }))
  writeFileSync(join(dir, 'silence.wav'), writeWav({ sampleRateHz: 8_000, samples: new Int16Array(800) }))
  writeFileSync(join(dir, 'talk.txt'), 'hello')
  const env = { ...process.env, VOICEBOX_DATA_DIR: dir, INIT_CWD: dir }
  const child = spawn(process.execPath, [entry, ...args], { env })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { ...output, code }
}

const tone = (length: number, rateHz: number): Int16Array =>
  Int16Array.from({ length }, (_, at) => 8_000 * Math.sin((2 * Math.PI * 400 * at) / rateHz))

const audio = (length: number): string => Buffer.from(bytesOf(tone(length, 24_000))).toString('base64')
