import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '@voicebox/config'

export type KokoroSettings = Pick<Settings, 'modelsDir' | 'kokoroModel' | 'kokoroDtype'>

export function kokoroFolder({ modelsDir, kokoroModel }: KokoroSettings): string {
  return join(modelsDir, kokoroModel)
}

/** The files that Kokoro needs and that are not there, as paths. */
export async function missingKokoroFiles(config: KokoroSettings): Promise<string[]> {
  const folder = kokoroFolder(config)
  const names = [
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    `onnx/model${suffixes[config.kokoroDtype]}.onnx`,
  ]
  const missing = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return access(path).then(
        () => [],
        () => [path],
      )
    }),
  )
  return missing.flat()
}

/** As the files are named where Kokoro is published. */
const suffixes = { fp32: '', fp16: '_fp16', q8: '_quantized', q4: '_q4' }
