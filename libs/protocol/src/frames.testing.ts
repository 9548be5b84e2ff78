import fc from 'fast-check'

export const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
)
export const anyKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'type', 'event_id', 'audio', 'session', ''),
  anyString,
)
export const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  anyString,
  fc.constantFrom(null, 1e308, -0, 2 ** 53, 1e-320, '', [], {}),
)

/** Any text, most often that of one of these events with a few places changed. */
export const anyFrame = (samples: readonly object[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 6, arbitrary: nearlyValid(samples) }, anyString, fc.json(), anyValue.map(encoded))

/** An event with a few places changed: replaced, removed or added to. */
const nearlyValid = (samples: readonly object[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add'), anyKey, anyValue), { maxLength: 2 }),
    )
    .map(([sample, changes]) => {
      const event = JSON.parse(JSON.stringify(sample)) as unknown
      for (const change of changes) mutate(event, ...change)
      return JSON.stringify(event)
    })

const encoded = (value: unknown): string => JSON.stringify(value)

function mutate(root: unknown, place: number, change: string, key: string, value: unknown): void {
  const holders = objectsIn(root)
  const holder = holders[place % holders.length]
  if (holder === undefined) return
  const keys = Object.keys(holder)
  const old = keys[place % Math.max(1, keys.length)] ?? key
  if (change === 'remove') Reflect.deleteProperty(holder, old)
  else
    Object.defineProperty(holder, change === 'add' ? key : old, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
