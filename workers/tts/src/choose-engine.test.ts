import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseTtsEngine } from './choose-engine.ts'
import { writeKokoroFixture } from './testing/kokoro-fixture.ts'
import { writePiperFixture } from './testing/piper-fixture.ts'
import { type TempFolder, makeTempFolder } from './testing/temp-folder.ts'

describe('The choice of the speech engine', () => {
  let temp: TempFolder
  let programs: string
  beforeEach(async () => {
    temp = await makeTempFolder()
    programs = join(temp.path, 'bin')
    await mkdir(programs)
  })
  afterEach(() => temp.close())

  const config = () =>
    ({
      ttsEngine: undefined,
      modelsDir: temp.path,
      kokoroModel: 'kokoro',
      kokoroDtype: 'q8',
      piperVoice: 'fixture',
    }) as const
  const chosen = async (): Promise<string> => (await chooseTtsEngine(config(), `/nowhere:${programs}`)).engine
  const install = (name: string): Promise<void> => symlink(process.execPath, join(programs, name))

  it('is what the configuration names', async () => {
    const { engine, why } = await chooseTtsEngine({ ...config(), ttsEngine: 'stub' }, programs)
    expect({ engine, why }).toEqual({ engine: 'stub', why: 'VOICEBOX_TTS_ENGINE names it.' })
  })

  it('goes from espeak-ng over flite and piper to kokoro as they become there', async () => {
    await install('espeak-ng')
    expect(await chosen()).toBe('espeak-ng')
    await install('flite')
    expect(await chosen()).toBe('flite')
    await writePiperFixture(config())
    expect(await chosen()).toBe('piper')
    await writeKokoroFixture(join(temp.path, 'kokoro'))
    expect(await chosen()).toBe('kokoro')
  })

  it('passes over a model that is not complete, and a voice without its phonemizer', async () => {
    await install('flite')
    await writeKokoroFixture(join(temp.path, 'kokoro'))
    await rm(join(temp.path, 'kokoro', 'tokenizer.json'))
    await writePiperFixture(config())
    expect(await chosen()).toBe('flite')
  })

  it('passes over a file that cannot be run', async () => {
    await writeFile(join(programs, 'flite'), '')
    await install('espeak-ng')
    expect(await chosen()).toBe('espeak-ng')
  })

  it('fails with what to install where there is nothing', async () => {
    await expect(chosen()).rejects.toMatchObject({ kind: 'engine', message: /apt-get install flite espeak-ng/ })
  })
})
