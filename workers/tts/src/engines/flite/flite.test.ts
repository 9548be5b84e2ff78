import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { speakAll } from '../../testing/speak-all.ts'
import { type TempFolder, makeTempFolder } from '../../testing/temp-folder.ts'
import { openFlite } from './flite.ts'

const searchPath = process.env['PATH'] ?? ''

describe('flite', () => {
  let temp: TempFolder
  beforeEach(async () => {
    temp = await makeTempFolder()
  })
  afterEach(() => temp.close())

  it('has four voices, which OpenAI names and its own names choose', async () => {
    const flite = await openFlite({ searchPath, tempDir: temp.path, maxProcesses: 2 })
    const spoken = async (voice: string): Promise<Int16Array> => speakAll(flite, { text: 'Good morning.', voice })
    const own = [await spoken('slt'), await spoken('rms'), await spoken('awb'), await spoken('kal16')]
    expect(new Set(own.map((audio) => audio.toString())).size).toBe(4)
    expect([await spoken('alloy'), await spoken('ash'), await spoken('ballad'), await spoken('echo')]).toEqual(own)
    expect(await spoken('kal')).toEqual(own[0]) // which has another rate
    await flite.close()
  })

  it('says how to install the program where it is missing', async () => {
    const opening = openFlite({ searchPath: temp.path, tempDir: temp.path, maxProcesses: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'program_missing', message: /apt-get install flite/ })
  })

  it('fails where its temporary files cannot be', async () => {
    const flite = await openFlite({ searchPath, tempDir: '/nowhere/at/all', maxProcesses: 1 })
    await expect(speakAll(flite, { text: 'Good morning.' })).rejects.toMatchObject({ name: 'Failure', kind: 'engine' })
    await flite.close()
  })

  it('runs no more processes than it may, and does all that is asked', async () => {
    const flite = await openFlite({ searchPath, tempDir: temp.path, maxProcesses: 1 })
    const texts = Array.from({ length: 6 }, (_, i) => `This is number ${i}.`)
    const all = await Promise.all(texts.map((text) => speakAll(flite, { text })))
    expect(all.every((audio) => audio.length > 8_000)).toBe(true)
    await flite.close()
  })
})
