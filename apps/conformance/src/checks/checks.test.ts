import { expect, it } from 'vitest'
import { areas } from '../check.ts'
import { checks } from './index.ts'

it('There is no area without a check, and no two checks of an area share a name', () => {
  const names = checks.map(({ area, name }) => `${area} ${name}`)
  expect(new Set(names).size).toBe(names.length)
  expect(areas.filter((area) => !checks.some((check) => check.area === area))).toEqual([])
})

it('Every rule is a sentence', () => {
  expect(checks.map(({ rule }) => rule).filter((rule) => !/^\S.*[.…]$/.test(rule))).toEqual([])
})
