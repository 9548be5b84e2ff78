import { describe, expect, it } from 'vitest'
import { requireProgram } from '../program/find-program.ts'
import { openAiVoices } from '../voices.ts'
import { espeakVoice, listVoices } from './voices.ts'

describe('The voices of espeak-ng', async () => {
  const voices = await listVoices(await requireProgram('espeak-ng', process.env['PATH'] ?? ''))

  it('are the languages and variants that are installed', () => {
    expect(voices.languages).toContain('de')
    expect(voices.languages).not.toContain('Language')
    expect(voices.variants).toContain('f2')
  })

  it("are different ones for all of OpenAI's names, and are all there", () => {
    const chosen = openAiVoices.map((name) => espeakVoice(voices, name))
    expect(new Set(chosen).size).toBe(openAiVoices.length)
    for (const voice of chosen) expect(voices.variants).toContain(voice.split('+')[1])
  })

  it('speak the language that is asked for, with the accent that is usual', () => {
    expect(espeakVoice(voices, 'alloy', 'de')).toBe('de+f1')
    expect(espeakVoice(voices, 'nobody', 'en')).toBe('en-us')
    expect(espeakVoice(voices, 'nobody', 'fr')).toBe('fr-fr')
    expect(espeakVoice(voices, 'nobody', 'zh')).toBe('cmn')
    expect(espeakVoice(voices, 'nobody', 'no')).toBe('nb')
    expect(espeakVoice(voices, 'nobody', 'xx')).toBe('en-us')
  })

  it('may be named as espeak-ng names them', () => {
    expect(espeakVoice(voices, 'm3', 'de')).toBe('de+m3')
    expect(espeakVoice(voices, 'en-gb-scotland', 'en')).toBe('en-gb-scotland')
    expect(espeakVoice(voices, 'de+f2', 'en')).toBe('de+f2')
    expect(espeakVoice(voices, 'de+nothing', 'en')).toBe('de')
  })
})
