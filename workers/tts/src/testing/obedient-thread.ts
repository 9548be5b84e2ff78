import { serveInference } from '../engines/onnx/serve-inference.ts'

/** What the obedient model does instead of speaking. */
export type Order =
  { kind: 'speak'; sample: number } | { kind: 'fail' } | { kind: 'crash' } | { kind: 'block'; ms: number }

// An inference thread that does as it is told.

await serveInference<Order>(async () => ({
  device: { name: 'cpu' as const },
  async infer(order) {
    if (order.kind === 'fail') throw new Error('as told')
    if (order.kind === 'crash') setImmediate(() => crash())
    if (order.kind === 'crash') return new Promise(() => undefined)
    if (order.kind === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms)
    return Float32Array.of(order.kind === 'speak' ? order.sample : 0)
  },
}))

function crash(): never {
  throw new Error('crashed as told')
}
