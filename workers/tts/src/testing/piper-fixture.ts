import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type PiperSettings, piperFiles } from '../engines/piper/piper-files.ts'
import { onnxModel, onnxNode, onnxScalar, onnxTensor, onnxTypes, onnxValue } from '../engines/onnx/write-onnx.ts'
import { toneGraph } from './tone-graph.ts'

/** What one phoneme id is long at length scale 1. */
export const piperTokenSamples = 300
export const piperSampleRateHz = 22_050
/** What each speaker's pitches lie above those of the speaker before. */
export const piperSpeakerHz = 3_500
/** Not 1, so that a loader that forgets it is noticed. */
export const piperLengthScale = 2

/** Every phoneme of the fixture and its id. */
export const piperIds: Readonly<Record<string, readonly number[]>> = Object.fromEntries(
  Array.from(`_^$ !'(),-.:;?abcdefghijklmnopqrstuvwxyzæçðøħŋœɐɑɒɔɕəɚɛɜɡɪɫɬɹɾʃʊʌʒʔʰˈˌːθᵻ`, (phoneme, id) => [
    phoneme,
    [id],
  ]),
)

/**
 * Writes a Piper voice with the interface of real ones, which makes a sine of each id: its length tells the length scale,
 * its pitch the id and the speaker. Up to three speakers can be told apart.
 */
export async function writePiperFixture(settings: PiperSettings, { speakers = 1 } = {}): Promise<void> {
  const files = piperFiles(settings)
  await mkdir(dirname(files.model), { recursive: true })
  const config = {
    audio: { sample_rate: piperSampleRateHz, quality: 'fixture' },
    espeak: { voice: 'en-us' },
    inference: { noise_scale: 0.667, length_scale: piperLengthScale, noise_w: 0.8 },
    num_speakers: speakers,
    speaker_id_map: speakers > 1 ? { first: 0, second: 1, third: 2 } : {},
    phoneme_type: 'espeak',
    phoneme_id_map: piperIds,
  }
  await writeFile(files.config, JSON.stringify(config))
  await writeFile(files.model, piperModel(speakers > 1))
}

function piperModel(hasSpeakers: boolean): Uint8Array {
  const tones = toneGraph({
    tokens: 'input',
    length: 'length',
    sampleRateHz: piperSampleRateHz,
    ...(hasSpeakers && { shiftHz: 'speaker_hz' }),
  })
  const speakerNodes = [
    onnxNode('Cast', ['sid'], ['speaker'], { to: onnxTypes.float }),
    onnxNode('Mul', ['speaker', 'hz_per_speaker'], ['speaker_hz']),
  ]
  return onnxModel({
    nodes: [
      onnxNode('Gather', ['scales', 'second'], ['length_scale']),
      onnxNode('Mul', ['length_scale', 'token_samples'], ['length']),
      ...(hasSpeakers ? speakerNodes : []),
      ...tones.nodes,
      onnxNode('Reshape', ['tones', 'flat'], ['output']),
    ],
    initializers: [
      ...tones.initializers,
      onnxScalar('token_samples', piperTokenSamples),
      ...(hasSpeakers ? [onnxScalar('hz_per_speaker', piperSpeakerHz)] : []),
      onnxTensor('second', [], BigInt64Array.of(1n)),
      onnxTensor('flat', [4], BigInt64Array.of(1n, 1n, 1n, -1n)),
    ],
    inputs: [
      onnxValue('input', 'int64', [1, 'phonemes']),
      onnxValue('input_lengths', 'int64', [1]),
      onnxValue('scales', 'float', [3]),
      ...(hasSpeakers ? [onnxValue('sid', 'int64', [1])] : []),
    ],
    outputs: [onnxValue('output', 'float', [1, 1, 1, 'samples'])],
  })
}
