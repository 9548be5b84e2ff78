import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '@voicebox/config'
import { Failure } from '@voicebox/kernel'
import { z } from 'zod'

export type PiperSettings = Pick<Settings, 'modelsDir' | 'piperVoice'>

export function piperFiles({ modelsDir, piperVoice }: PiperSettings): { model: string; config: string } {
  const model = join(modelsDir, 'piper', `${piperVoice}.onnx`)
  return { model, config: `${model}.json` }
}

/** The files that the Piper voice needs and that are not there, as paths. */
export async function missingPiperFiles(settings: PiperSettings): Promise<string[]> {
  const isMissing = (path: string): Promise<boolean> =>
    access(path).then(
      () => false,
      () => true,
    )
  const paths = Object.values(piperFiles(settings))
  const missing = await Promise.all(paths.map(isMissing))
  return paths.filter((_, i) => missing[i])
}

/** What a voice's `.onnx.json` says of it; the rest of the file is of no use here. */
const piperConfigSchema = z.object({
  audio: z.object({ sample_rate: z.number().int().positive() }),
  espeak: z.object({ voice: z.string().regex(/^[\w-]+$/) }),
  inference: z
    .object({ noise_scale: z.number(), length_scale: z.number(), noise_w: z.number() })
    .default({ noise_scale: 0.667, length_scale: 1, noise_w: 0.8 }),
  num_speakers: z.number().int().min(1).default(1),
  speaker_id_map: z.record(z.string(), z.number().int()).default({}),
  phoneme_type: z.enum(['espeak', 'text']).default('espeak'),
  phoneme_id_map: z.record(z.string(), z.array(z.number().int())),
})
export type PiperConfig = z.infer<typeof piperConfigSchema>

export async function readPiperConfig(path: string): Promise<PiperConfig> {
  try {
    return piperConfigSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new Failure('engine', 'model_unusable', `Not the description of a Piper voice: ${path}`, {
      cause,
      retryable: false,
    })
  }
}
