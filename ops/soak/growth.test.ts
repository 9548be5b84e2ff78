import { expect, it } from 'vitest'
import { growthOf } from './growth.ts'

const samples = (...values: number[]): Record<string, number>[] => values.map((value) => ({ 'a memory, MB': value }))

it('What rises at first and then stays is flat', () => {
  const [growth] = growthOf(samples(10, 80, 100, 104, 98, 101, 103, 99, 102))
  expect(growth).toEqual({ what: 'a memory, MB', middle: 101, end: 102, highest: 104, isFlat: true })
})

it('What goes on rising is not flat', () => {
  expect(growthOf(samples(10, 20, 30, 40, 50, 60, 70, 80, 90))).toMatchObject([{ middle: 50, end: 80, isFlat: false }])
})

it('A unit or two more of what there are few is nothing', () => {
  const open = (...values: number[]): Record<string, number>[] => values.map((value) => ({ 'a open files': value }))
  expect(growthOf(open(9, 9, 9, 10, 10, 10, 12, 12, 12))).toMatchObject([{ isFlat: true }])
  expect(growthOf(open(9, 9, 9, 10, 10, 10, 22, 22, 22))).toMatchObject([{ isFlat: false }])
})

it('Two samples tell nothing', () => {
  expect(() => growthOf(samples(1, 2))).toThrow('too few')
})
