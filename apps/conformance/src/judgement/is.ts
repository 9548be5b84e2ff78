import { difference, isObject, makeRule, type Rule, saying, type Shape } from './shape.ts'

/** Rules for the values of shapes. */
export const is = {
  text: makeRule('text', (value) => typeof value === 'string'),
  someText: makeRule('text that is not empty', (value) => typeof value === 'string' && value !== ''),
  list: makeRule('a list', Array.isArray),
  object: makeRule('an object', isObject),
  boolean: makeRule('true or false', (value) => typeof value === 'boolean'),
  count: makeRule('a whole number from 0', (value) => Number.isInteger(value) && (value as number) >= 0),
  number: makeRule('a number', Number.isFinite),
  present: makeRule('present', (value) => value !== undefined),
  absent: makeRule('absent', (value) => value === undefined),
  nothing: makeRule('null or absent', (value) => value === null || value === undefined),
  voice: makeRule('the name of a voice', (value) => typeof value === 'string' || isObject(value)),

  id: (kind: string): Rule =>
    makeRule(`an id that begins with ${kind}_`, (value) => typeof value === 'string' && value.startsWith(`${kind}_`)),
  between: (low: number, high: number): Rule =>
    makeRule(`from ${low} to ${high}`, (value) => typeof value === 'number' && value >= low && value <= high),
  containing: (part: string): Rule =>
    makeRule(`text with '${part}' in it`, (value) => typeof value === 'string' && value.includes(part)),
  startingWith: (part: string): Rule =>
    makeRule(`text that starts with '${part}'`, (value) => typeof value === 'string' && value.startsWith(part)),
  not: (shape: Shape): Rule => makeRule(`not ${saying(shape)}`, (value) => difference(value, shape) !== null),
  oneOf: (...shapes: readonly Shape[]): Rule =>
    makeRule(shapes.map(saying).join(' or '), (value) => shapes.some((shape) => difference(value, shape) === null)),
  each: (shape: Shape): Rule =>
    makeRule(
      `a list, each entry ${saying(shape)}`,
      (value) => Array.isArray(value) && value.every((entry) => difference(entry, shape) === null),
    ),
  /** A list with at least one entry of this shape. */
  with: (shape: Shape): Rule =>
    makeRule(
      `a list with ${saying(shape)}`,
      (value) => Array.isArray(value) && value.some((entry) => difference(entry, shape) === null),
    ),
} as const
