import { describe, expect, it } from 'vitest'
import { is } from './is.ts'
import { difference, expectShape, saying } from './shape.ts'

describe('A shape', () => {
  it('names the fields that count, and lets others be', () => {
    expect(difference({ a: 1, b: { c: 'x', d: null } }, { b: { c: 'x' } })).toBeNull()
  })

  it('says where a value differs, what was expected and what came', () => {
    expect(difference({ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } })).toEqual({
      path: 'a.b[1].c',
      expected: '3',
      came: '2',
    })
  })

  it('holds a list to its length, entry by entry', () => {
    expect(difference([1, 2], [1])).toMatchObject({ expected: 'a list of 1' })
    expect(difference({ 0: 1 }, [1])).toMatchObject({ expected: 'a list' })
  })

  it('tells null from absent', () => {
    expect(difference({}, { a: null })).toMatchObject({ came: 'nothing (absent)' })
    expect(difference({ a: null }, { a: is.absent })).toMatchObject({ came: 'null' })
    expect(difference({ a: null }, { a: is.nothing, b: is.nothing })).toBeNull()
  })

  it('takes rules anywhere', () => {
    const shape = {
      id: is.id('item'),
      at: is.between(0, 5),
      parts: is.each({ text: is.someText }),
      one: is.oneOf(1, { two: 2 }),
    }
    const value = { id: 'item_1', at: 5, parts: [{ text: 'a' }], one: { two: 2 } }
    expect(difference(value, shape)).toBeNull()
    expect(difference({ ...value, id: 'resp_1' }, shape)?.expected).toBe('an id that begins with item_')
    expect(difference({ ...value, at: 6 }, shape)?.path).toBe('at')
    expect(difference({ ...value, parts: [{ text: '' }] }, shape)?.path).toBe('parts')
    expect(difference({ ...value, one: 3 }, shape)?.expected).toBe('1 or two 2')
  })

  it('does not show all of what is long', () => {
    expect(difference('x'.repeat(500), 'y')?.came).toMatch(/^"x{199}… \(502 characters\)$/)
  })

  it('is said in words', () => {
    expect(saying({ error: { event_id: is.oneOf('mine', is.nothing) } })).toBe(
      'error.event_id "mine" or null or absent',
    )
  })

  it('throws where it is demanded and not met', () => {
    expect(() => expectShape('session', { speed: 2 }, { speed: 1 })).toThrow('expected session: speed to be 1; came 2')
  })
})
