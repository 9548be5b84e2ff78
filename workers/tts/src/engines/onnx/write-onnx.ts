/**
 * Writes small ONNX models without a library: a model is protobuf, of which only lengths and numbers are needed. The
 * field numbers are those of onnx.proto3.
 */
export function onnxModel({ nodes, initializers = [], inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = [
    ...nodes.map((node) => field(1, node)),
    text(2, 'graph'),
    ...initializers.map((initializer) => field(5, initializer)),
    ...inputs.map((input) => field(11, input)),
    ...outputs.map((output) => field(12, output)),
  ]
  return Buffer.concat([number(1, irVersion), field(7, ...graph), field(8, text(1, ''), number(2, opset))])
}

export interface OnnxGraph {
  nodes: readonly Uint8Array[]
  initializers?: readonly Uint8Array[]
  inputs: readonly Uint8Array[]
  outputs: readonly Uint8Array[]
}

/** One operation, by the names of what it takes and gives, and its whole-number attributes. */
export function onnxNode(
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number>> = {},
): Uint8Array {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operation),
    ...Object.entries(attributes).map(([name, value]) => field(5, text(1, name), number(3, value), number(20, isInt))),
  ])
}

/** An input or output; a dimension given by name may have any length. */
export function onnxValue(name: string, type: OnnxType, dims: readonly (number | string)[]): Uint8Array {
  const shape = dims.map((dim) => field(1, typeof dim === 'number' ? number(1, dim) : text(2, dim)))
  return Buffer.concat([text(1, name), field(2, field(1, number(1, onnxTypes[type]), field(2, ...shape)))])
}

/** A constant. */
export function onnxTensor(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): Uint8Array {
  const type = data instanceof Float32Array ? 'float' : 'int64'
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat([
    ...dims.map((dim) => number(1, dim)),
    number(2, onnxTypes[type]),
    text(8, name),
    field(9, bytes),
  ])
}

/** A constant number. */
export function onnxScalar(name: string, value: number): Uint8Array {
  return onnxTensor(name, [], Float32Array.of(value))
}

export type OnnxType = keyof typeof onnxTypes

const isInt = 2
/** The numbers of the types of elements. */
export const onnxTypes = { float: 1, int64: 7 }
const irVersion = 7
const opset = 13

function field(id: number, ...content: Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(content)
  return Buffer.concat([varint((id << 3) | 2), varint(bytes.length), bytes])
}

const text = (id: number, value: string): Uint8Array => field(id, Buffer.from(value))
const number = (id: number, value: number): Uint8Array => Buffer.concat([varint(id << 3), varint(value)])

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Uint8Array.from([...bytes, value])
}
