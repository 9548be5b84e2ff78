import { InferenceSession, Tensor } from 'onnxruntime-node'
import { windowSamples } from './heard.ts'

/** More rows at once gain nothing and make every stream wait longer. */
export const maxRows = 32

/** The Silero v5 voice activity model, shared by any number of streams. `score` blocks the thread that it runs on. */
export interface Silero {
  /** Answers the probability of speech for each row, and moves the row's memory on. At most `maxRows`, of different streams. */
  score(rows: readonly SileroRow[]): Promise<number[]>
  close(): Promise<void>
}

/** The next `windowSamples` of one stream. */
export interface SileroRow {
  window: Int16Array
  memory: SileroMemory
}

/** What the model knows of a stream's past: its recurrent state and the end of the window before. */
export interface SileroMemory {
  readonly context: Float32Array
  readonly state: Float32Array
}

export const makeSileroMemory = (): SileroMemory => ({
  context: new Float32Array(contextSamples),
  state: new Float32Array(2 * stateLength),
})

export async function openSilero(modelFile: string): Promise<Silero> {
  const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const sampleRate = new Tensor('int64', BigInt64Array.of(16_000n), [])
  const inputs = new Float32Array(maxRows * rowLength)
  const states = new Float32Array(maxRows * 2 * stateLength)
  return {
    async score(rows) {
      const count = rows.length
      rows.forEach((row, i) => {
        fillInput(inputs.subarray(i * rowLength, (i + 1) * rowLength), row)
        for (const layer of layers) {
          states.set(
            row.memory.state.subarray(layer * stateLength, (layer + 1) * stateLength),
            (layer * count + i) * stateLength,
          )
        }
      })
      const output = await session.run({
        input: new Tensor('float32', inputs.subarray(0, count * rowLength), [count, rowLength]),
        state: new Tensor('float32', states.subarray(0, count * 2 * stateLength), [2, count, stateLength]),
        sr: sampleRate,
      })
      const probabilities = floatsOf(output['output'])
      const nextStates = floatsOf(output['stateN'])
      rows.forEach(({ memory }, i) => {
        memory.context.set(inputs.subarray((i + 1) * rowLength - contextSamples, (i + 1) * rowLength))
        for (const layer of layers) {
          const start = (layer * count + i) * stateLength
          memory.state.set(nextStates.subarray(start, start + stateLength), layer * stateLength)
        }
      })
      return [...probabilities]
    },
    close: () => session.release(),
  }
}

const contextSamples = 64
const rowLength = contextSamples + windowSamples
const stateLength = 128
const layers = [0, 1] // the state is laid out [layer, row, 128]

function fillInput(input: Float32Array, { window, memory }: SileroRow): void {
  input.set(memory.context)
  for (let i = 0; i < windowSamples; i += 1) input[contextSamples + i] = (window[i] ?? 0) / 32_768
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array))
    throw new TypeError('The voice activity model does not answer as Silero v5 does')
  return tensor.data
}
