/** A field of a protobuf message: its number, and what it has: bytes, or a number. */
interface Field {
  number: number
  value: Uint8Array | bigint | number
}

/** Reads the fields of a message, whatever they mean. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: Field[] = []
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  while (at < bytes.length) {
    const tag = Number(varint())
    const number = tag >> 3
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() })
        break
      case 1:
        fields.push({ number, value: view.getBigUint64(at, true) })
        at += 8
        break
      case 2: {
        const length = Number(varint())
        fields.push({ number, value: bytes.subarray(at, at + length) })
        at += length
        break
      }
      case 5:
        fields.push({ number, value: view.getUint32(at, true) })
        at += 4
        break
      default:
        throw new Error(`There is no wire type ${tag & 7}`)
    }
  }
  return fields
}

/** The values of all fields of one number that are messages, strings or bytes. */
export function partsOf(bytes: Uint8Array, number: number): Uint8Array[] {
  return fieldsOf(bytes).flatMap((field) =>
    field.number === number && field.value instanceof Uint8Array ? [field.value] : [],
  )
}
