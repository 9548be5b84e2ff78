import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesOf, samplesOf } from '@voicebox/audio'
import { wordErrorRate } from '@voicebox/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { greeting, lastRequest, report } from './support/obliging-model.ts'
import { type ObligingStack, startObligingStack } from './support/obliging-stack.ts'
import { installPythonClient, type PythonClient } from './support/python-client.ts'
import { recording } from './support/recordings.ts'
import { hear } from './support/speech.ts'
import { apiKey } from './support/stack.ts'

let served: ObligingStack
let python: PythonClient | { missing: string }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebox-spoken-'))
  ;[served, python] = await Promise.all([startObligingStack(), installPythonClient()])
}, 300_000)
afterAll(async () => {
  if ('close' in python) await python.close()
  await served.close()
  await rm(folder, { recursive: true, force: true })
})

interface Heard {
  text: string
  /** Base64. */
  audio: string
  calls: { name: string; arguments: string }[]
  status: string
  usage: number
}

async function spoken(words: string): Promise<string> {
  const file = join(folder, `${words.replaceAll(' ', '-')}.pcm`)
  await writeFile(file, bytesOf(await recording(words)))
  return file
}

/** Asks what time it is, then for the weather in Paris; answers what the client got. */
async function converse(client: PythonClient, ...options: string[]): Promise<Heard[]> {
  const files = [await spoken('what time is it'), await spoken('what is the weather in paris now')]
  const OPENAI_BASE_URL = served.stack.ws().replace('ws:', 'http:').replace('/realtime', '')
  return JSON.parse(
    await client.run('turns.py', [...options, ...files], { OPENAI_BASE_URL, OPENAI_API_KEY: apiKey }),
  ) as Heard[]
}

const spokenWords = (heard: Heard | undefined): Promise<string> =>
  hear(samplesOf(Buffer.from(heard?.audio ?? '', 'base64')))

describe('The openai client of Python', () => {
  it('speaks and listens, runs the function that the model calls, and hears the answer', async (ctx) => {
    if ('missing' in python) return ctx.skip(`Not run: ${python.missing}.`)
    const [time, call, weather] = await converse(python)
    expect(time).toMatchObject({ status: 'completed', text: greeting, calls: [] })
    expect(wordErrorRate(greeting, await spokenWords(time))).toBeLessThanOrEqual(0.3)
    expect(call).toMatchObject({ status: 'completed', calls: [{ name: 'get_weather', arguments: '{"city":"paris"}' }] })
    expect(weather).toMatchObject({ status: 'completed', text: report('sunny'), calls: [] })
    expect(weather?.usage).toBeGreaterThan(0)
    const words = lastRequest(served.chat).messages.filter(({ role }) => role === 'user')
    expect(words.map(({ content }) => content)).toEqual(['what time is it', 'what is the weather in paris now'])
  }, 120_000)

  it('makes an ephemeral secret, and connects with it to the session that the secret was made for', async (ctx) => {
    if ('missing' in python) return ctx.skip(`Not run: ${python.missing}.`)
    const [time, call, weather] = await converse(python, '--ephemeral')
    expect(time).toMatchObject({ text: greeting })
    expect(call).toMatchObject({ calls: [{ name: 'get_weather' }] })
    expect(weather).toMatchObject({ text: report('sunny') })
    expect(lastRequest(served.chat).messages[0]).toMatchObject({ role: 'system', content: 'Be kind.' })
  }, 120_000)
})
