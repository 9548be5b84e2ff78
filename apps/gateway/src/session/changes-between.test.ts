import { expect, it } from 'vitest'
import { changesBetween } from './changes-between.ts'

const [one, two, three] = [{}, {}, {}]
const page = (records: Record<string, object>): ReadonlyMap<string, unknown> => new Map(Object.entries(records))

it('tells what is new or another, and what is gone, whatever page it is in', () => {
  const shared = page({ a: one, b: two })
  const earlier = [shared, page({ c: one, d: two }), page({ e: three })]
  const later = [page({ e: three, d: one }), shared, page({ f: two })]
  expect(changesBetween(earlier, later)).toEqual({
    set: [
      ['d', one],
      ['f', two],
    ],
    drop: ['c'],
  })
  expect(changesBetween(later, later)).toEqual({ set: [], drop: [] })
})

it('tells a record that has moved to another page as the same', () => {
  expect(changesBetween([page({ a: one, b: two })], [page({ a: one }), page({ b: two, c: three })])).toEqual({
    set: [['c', three]],
    drop: [],
  })
})

it('tells everything where there was nothing, undefined among it', () => {
  expect(changesBetween([], [new Map([['a', undefined]])])).toEqual({ set: [['a', undefined]], drop: [] })
})
