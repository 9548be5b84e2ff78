import fc from 'fast-check'

type RequiredKey<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]

/**
 * Objects of an official type, with any of what it leaves optional. The compiler asks for each of its fields, so that one
 * that joins the type joins the tests.
 */
export function official<T extends object>(
  fields: { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> },
  requiredKeys: RequiredKey<T>[],
): fc.Arbitrary<T> {
  return fc.record(fields, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<T>
}

export const words = fc.string({ maxLength: 12 })
export const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)
export const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))
export const jsonObject = fc.dictionary(words, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3, noNullPrototype: true })
export const list = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 3 })
export const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null })
export const share = fc.double({ min: 0, max: 1, noNaN: true })
export const itemId = fc.string({ minLength: 1, maxLength: 32 }).filter((id) => id.isWellFormed())
export const maxTokens = fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.constant('inf' as const))
export const itemStatus = fc.constantFrom('completed' as const, 'incomplete' as const, 'in_progress' as const)
export const itemObject = fc.constant('realtime.item' as const)
