import { join } from 'node:path'
import type { TtsEngine } from '@voicebox/engines'
import { describeSpeechSynthesizer } from '@voicebox/engines/testing'
import { writeKokoroFixture } from '../testing/kokoro-fixture.ts'
import { leftoversIn } from '../testing/leftovers.ts'
import { writePiperFixture } from '../testing/piper-fixture.ts'
import { makeTempFolder } from '../testing/temp-folder.ts'
import { type EngineSettings, openEngine } from './open-engine.ts'

const engines: TtsEngine[] = ['flite', 'espeak-ng', 'stub', 'kokoro', 'piper']

for (const engine of engines) {
  describeSpeechSynthesizer(engine, async () => {
    const models = await makeTempFolder()
    const temp = await makeTempFolder()
    const config: EngineSettings = {
      modelsDir: models.path,
      kokoroModel: 'kokoro-fixture',
      kokoroDtype: 'q8',
      piperVoice: 'fixture',
      device: 'cpu',
      stub: { sttMs: 0, transcript: '', ttsFirstByteMs: 0, ttsRealtimeFactor: 0 },
    }
    if (engine === 'kokoro') await writeKokoroFixture(join(models.path, config.kokoroModel))
    if (engine === 'piper') await writePiperFixture(config)
    const machine = { searchPath: process.env['PATH'] ?? '', tempDir: temp.path, cores: 1 }
    const { synthesizer } = await openEngine(engine, config, machine)
    return {
      synthesizer,
      leftovers: () => leftoversIn(temp.path),
      async close() {
        await synthesizer.close()
        await Promise.all([models.close(), temp.close()])
      },
    }
  })
}
