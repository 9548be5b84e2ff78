import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onnxModel, onnxNode, onnxScalar, onnxTensor, onnxValue } from '../engines/onnx/write-onnx.ts'
import { toneGraph } from './tone-graph.ts'

/** What one token is long at speed 1, at 24 kHz. */
export const kokoroTokenSamples = 600

/** The loudness of the fixture's voice, from the mean of its style vector. */
export const kokoroGain = (meanStyle: number): number => 0.3 + 5 * meanStyle

/** Every token of the fixture, by its character: Kokoro's alphabet with numbers of its own. */
export const kokoroTokens: Readonly<Record<string, number>> = Object.fromEntries(
  Array.from(
    `$;:,.!?—…"()“” ` +
      'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ' +
      'ɑɐɒæβɔɕçɖðʤəɘɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻ',
  ).map((character, id) => [character, id]),
)

/**
 * Writes a Kokoro model with the interface of the real one, which makes a sine of each token: its length tells the speed,
 * its pitch the token and its loudness the voice. `folder` is the model's own, as in `modelsDir/kokoroModel`.
 */
export async function writeKokoroFixture(folder: string): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true })
  const model = kokoroModel()
  const files: [string, string | Uint8Array][] = [
    ...['', '_fp16', '_quantized', '_q4'].map((suffix): [string, Uint8Array] => [`onnx/model${suffix}.onnx`, model]),
    ['config.json', JSON.stringify({ model_type: 'style_text_to_speech_2' })],
    ['tokenizer.json', JSON.stringify(tokenizer())],
    ['tokenizer_config.json', JSON.stringify(tokenizerConfig)],
  ]
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)))
}

function kokoroModel(): Uint8Array {
  const tones = toneGraph({ tokens: 'input_ids', length: 'length', sampleRateHz: 24_000 })
  return onnxModel({
    nodes: [
      onnxNode('Div', ['token_samples', 'speed'], ['length_in_list']),
      onnxNode('Squeeze', ['length_in_list'], ['length']),
      ...tones.nodes,
      onnxNode('ReduceMean', ['style'], ['mean_in_list']),
      onnxNode('Squeeze', ['mean_in_list'], ['mean']),
      onnxNode('Mul', ['mean', 'gain_slope'], ['gain_above']),
      onnxNode('Add', ['gain_above', 'gain_base'], ['gain']),
      onnxNode('Mul', ['tones', 'gain'], ['loud_tones']),
      onnxNode('Reshape', ['loud_tones', 'flat'], ['waveform']),
    ],
    initializers: [
      ...tones.initializers,
      onnxScalar('token_samples', kokoroTokenSamples),
      onnxScalar('gain_base', kokoroGain(0)),
      onnxScalar('gain_slope', kokoroGain(1) - kokoroGain(0)),
      onnxTensor('flat', [2], BigInt64Array.of(1n, -1n)),
    ],
    inputs: [
      onnxValue('input_ids', 'int64', [1, 'tokens']),
      onnxValue('style', 'float', [1, 256]),
      onnxValue('speed', 'float', [1]),
    ],
    outputs: [onnxValue('waveform', 'float', [1, 'samples'])],
  })
}

/** As the real one: a character is a token, unknown ones are left out, and `$` stands at both ends. */
function tokenizer(): object {
  const end = { SpecialToken: { id: '$', type_id: 0 } }
  const single = [end, { Sequence: { id: 'A', type_id: 0 } }, end]
  const known = Object.keys(kokoroTokens)
    .join('')
    .replace(/[\]\\^-]/g, '\\$&')
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Replace', pattern: { Regex: `[^${known}]` }, content: '' },
    pre_tokenizer: { type: 'Split', pattern: { Regex: '' }, behavior: 'Isolated', invert: false },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: single,
      special_tokens: { $: { id: '$', ids: [0], tokens: ['$'] } },
    },
    decoder: null,
    model: { type: 'WordLevel', vocab: kokoroTokens, unk_token: '$' },
  }
}

const tokenizerConfig = {
  model_max_length: 512,
  pad_token: '$',
  tokenizer_class: 'PreTrainedTokenizer',
  unk_token: '$',
}
