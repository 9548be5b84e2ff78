import { readWav } from '@voicebox/audio'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { speakAll } from '../../testing/speak-all.ts'
import { requireProgram } from '../program/find-program.ts'
import { startProgram } from '../program/start-program.ts'
import { openEspeak } from './espeak-ng.ts'

const searchPath = process.env['PATH'] ?? ''

describe('espeak-ng', () => {
  it('gives exactly the audio that the program makes', async () => {
    const path = await requireProgram('espeak-ng', searchPath)
    const args = ['-v', 'de+f1', '-s', '175', '--stdin', '--stdout']
    const { output } = startProgram({ path, args, input: 'Guten Morgen.', signal: AbortSignal.timeout(10_000) })
    const made = readWav(await buffer(output))

    const espeak = await openEspeak({ searchPath, maxProcesses: 1 })
    expect(espeak.sampleRateHz).toBe(made.sampleRateHz)
    expect(await speakAll(espeak, { text: 'Guten Morgen.', language: 'de' })).toEqual(made.samples)
    await espeak.close()
  })

  it('reads what looks like phonemes as text', async () => {
    const espeak = await openEspeak({ searchPath, maxProcesses: 1 })
    const asPhonemes = await speakAll(espeak, { text: 'h@l@U' })
    const inBrackets = await speakAll(espeak, { text: '[[h@l@U]]' })
    expect(inBrackets.length).toBeGreaterThan(asPhonemes.length * 0.8) // letter by letter, not one short word
    await espeak.close()
  })

  it('says how to install the program where it is missing', async () => {
    const opening = openEspeak({ searchPath: '/nowhere', maxProcesses: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'program_missing', message: /apt-get install espeak-ng/ })
  })
})
