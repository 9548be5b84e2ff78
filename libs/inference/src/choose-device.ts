import { Failure } from '@voicebox/kernel'
import { InferenceSession, Tensor, env } from 'onnxruntime-node'

/** Where models run. */
export interface Device {
  name: 'cpu' | 'cuda'
  /** Why it is not another one, where that is worth saying. */
  why?: string
}

/** Says where models run. `cuda` is a `Failure` where it does not work; `auto` is then the CPU. To be called in the thread of the model. */
export async function chooseDevice(asked: 'auto' | 'cpu' | 'cuda'): Promise<Device> {
  // taken once a process, at its first session; errors are thrown all the same, and that CUDA is absent is none
  env.logLevel = 'fatal'
  if (asked === 'cpu') return { name: 'cpu' }
  const problem = await cudaProblem()
  if (problem === null) return { name: 'cuda' }
  if (asked === 'auto') return { name: 'cpu', why: `CUDA does not work here: ${problem}` }
  const message = `VOICEBOX_DEVICE is cuda, but CUDA does not work here: ${problem}`
  throw new Failure('engine', 'cuda_unavailable', message, { retryable: false })
}

/** Only a run tells: the list of backends names CUDA on every machine, and a session does not fall back by itself. */
async function cudaProblem(): Promise<string | null> {
  try {
    const session = await InferenceSession.create(identityModel, { executionProviders: ['cuda'] })
    await session.run({ x: new Tensor('float32', Float32Array.of(1), [1]) })
    await session.release()
    return null
  } catch (error) {
    return firstLine(error)
  }
}

/** An ONNX model (IR 8, opset 13) of one node: y = Identity(x), both float32[1]. */
const identityModel = Buffer.from(
  'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAN',
  'base64',
)

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0] ?? message
}
