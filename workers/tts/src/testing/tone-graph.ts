import { onnxNode, onnxScalar, onnxTensor, onnxTypes } from '../engines/onnx/write-onnx.ts'
import { baseHz, stepHz } from './tone.ts'

/**
 * Makes a sine of each token: of `tokens` [1, n] and `length` (samples, a scalar) it gives `tones` [1, n, length]. What is
 * called `shiftHz` is added to every pitch.
 */
export function toneGraph({ tokens, length, shiftHz = 'no_hz', sampleRateHz }: ToneGraphOptions): {
  nodes: Uint8Array[]
  initializers: Uint8Array[]
} {
  return {
    nodes: [
      onnxNode('Cast', [tokens], ['token_numbers'], { to: onnxTypes.float }),
      onnxNode('Mul', ['token_numbers', 'step_hz'], ['above_base']),
      onnxNode('Add', ['above_base', 'base_hz'], ['unshifted_hz']),
      onnxNode('Add', ['unshifted_hz', shiftHz], ['hz_in_row']),
      onnxNode('Unsqueeze', ['hz_in_row', 'last'], ['hz']),
      onnxNode('Range', ['no_hz', length, 'one'], ['sample']),
      onnxNode('Mul', ['sample', 'radians'], ['time']),
      onnxNode('Mul', ['hz', 'time'], ['phase']),
      onnxNode('Sin', ['phase'], ['tones']),
    ],
    initializers: [
      onnxScalar('step_hz', stepHz),
      onnxScalar('base_hz', baseHz),
      onnxScalar('no_hz', 0),
      onnxScalar('one', 1),
      onnxScalar('radians', (2 * Math.PI) / sampleRateHz),
      onnxTensor('last', [1], BigInt64Array.of(-1n)),
    ],
  }
}

export interface ToneGraphOptions {
  tokens: string
  length: string
  shiftHz?: string
  sampleRateHz: number
}
