import { expect, it } from 'vitest'
import { asMarkdown, percentile } from './table.ts'

it('a table is Markdown, its figures with three digits and what is missing as a dash', () => {
  const table = { title: 'Cost', columns: ['of', 'ms', 'ratio'], notes: ['On two cores.'] }
  const rows = [
    ['silence', 1234.5, 0.01234],
    ['speech', 12.345, 1.2345],
    ['an answer', 7, null],
  ] as const
  expect(asMarkdown({ ...table, rows })).toBe(
    [
      '### Cost',
      '',
      '| of | ms | ratio |',
      '| --- | --- | --- |',
      '| silence | 1235 | 0.012 |',
      '| speech | 12.3 | 1.23 |',
      '| an answer | 7 | – |',
      '',
      '- On two cores.',
    ].join('\n'),
  )
})

it('a percentile is one of the values, the last for all of them, and null of none', () => {
  const values = [5, 1, 4, 2, 3]
  expect([0, 0.5, 0.99, 1].map((part) => percentile(values, part))).toEqual([1, 3, 5, 5])
  expect(percentile([], 0.5)).toBeNull()
})
