import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseSttEngine } from './choose-engine.ts'
import { fixturesDir } from './testing/speech.ts'

const mini = {
  modelsDir: fixturesDir,
  whisperModel: 'whisper-mini',
  whisperDtype: 'fp16',
  sttEngine: undefined,
} as const

describe('the choice of the engine', () => {
  it('is the one that the settings name, whatever is there', () => {
    expect(chooseSttEngine({ ...mini, sttEngine: 'stub' })).toEqual({
      name: 'stub',
      why: 'VOICEBOX_STT_ENGINE names stub.',
    })
  })

  it('is Whisper where its model is', () => {
    expect(chooseSttEngine(mini)).toMatchObject({
      name: 'whisper',
      why: `Its model is in ${fixturesDir}/whisper-mini.`,
    })
  })

  it('is pocketsphinx where the model is not there, has other weights or is not whole', async () => {
    const modelsDir = await mkdtemp(join(tmpdir(), 'voicebox-models-'))
    try {
      await cp(join(fixturesDir, 'whisper-mini'), join(modelsDir, 'whisper-mini'), { recursive: true })
      expect(chooseSttEngine({ ...mini, modelsDir }).name).toBe('whisper')
      expect(chooseSttEngine({ ...mini, modelsDir, whisperModel: 'other' }).name).toBe('pocketsphinx')
      expect(chooseSttEngine({ ...mini, modelsDir, whisperDtype: 'q8' }).name).toBe('pocketsphinx')
      await rm(join(modelsDir, 'whisper-mini/tokenizer.json'))
      expect(chooseSttEngine({ ...mini, modelsDir }).name).toBe('pocketsphinx')
    } finally {
      await rm(modelsDir, { recursive: true })
    }
  })
})
