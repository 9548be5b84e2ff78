import { Packr } from 'msgpackr'

// Plain maps (no record extension), so that any msgpack reader understands them; bytes are copied out of the reply they came in.
const packr = new Packr({ useRecords: false, copyBuffers: true })

export function encode(value: unknown): Buffer {
  return packr.pack(value)
}

/** Throws when the bytes are not one whole msgpack value. */
export function decode(bytes: Buffer): unknown {
  return packr.unpack(bytes)
}
