import { Failure } from '@voicebox/kernel'
import { InferenceSession, Tensor, env } from 'onnxruntime-node'
import { onnxModel, onnxNode, onnxValue } from './write-onnx.ts'

export type Device = 'cpu' | 'cuda'

/** Answers where models run: `auto` is CUDA if it works here. Throws a `Failure` if it was asked for and does not. */
export async function chooseDevice(wanted: Device | 'auto'): Promise<Device> {
  if (wanted === 'cpu') return 'cpu'
  if (await works('cuda')) return 'cuda'
  if (wanted === 'auto') return 'cpu'
  const message =
    'CUDA does not work here: VOICEBOX_DEVICE=cuda needs CUDA 12, cuDNN 9 and the CUDA files of onnxruntime'
  throw new Failure('engine', 'cuda_missing', message, { retryable: false })
}

/** onnxruntime says that it supports CUDA whether it does or not; only a model that runs is a proof. */
async function works(device: Device): Promise<boolean> {
  env.logLevel = 'fatal' // or it prints what the answer says already
  const model = onnxModel({
    nodes: [onnxNode('Identity', ['x'], ['y'])],
    inputs: [onnxValue('x', 'float', [1])],
    outputs: [onnxValue('y', 'float', [1])],
  })
  try {
    const session = await InferenceSession.create(model, { executionProviders: [device] })
    await session.run({ x: new Tensor('float32', Float32Array.of(1), [1]) })
    await session.release()
    return true
  } catch {
    return false
  }
}
