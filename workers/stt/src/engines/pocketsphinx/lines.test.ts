import { describe, expect, it } from 'vitest'
import { lineOf } from './lines.ts'

describe('A line of pocketsphinx', () => {
  it.each([
    ['what time is it', { kind: 'phrase', text: 'what time is it' }],
    ['the(2) 0.390 0.630 1.000000', { kind: 'word', text: 'the', logprob: 0 }],
    ["o'clock 0.390 12.630 0.500000", { kind: 'word', text: "o'clock", logprob: Math.log(0.5) }],
    ['what 0.180 0.380 0.000000', { kind: 'word', text: 'what', logprob: Math.log(1e-6) }],
    ['what 0.180 0.380 1.000100', { kind: 'word', text: 'what', logprob: 0 }],
    ['<s> 0.000 0.170 0.999800', null],
    ['[NOISE] 0.000 0.170 0.999800', null],
    ['++SMACK++ 0.000 0.170 0.999800', null],
    ['', null],
  ])('%j is understood', (line, meaning) => {
    expect(lineOf(line)).toEqual(meaning)
  })
})
