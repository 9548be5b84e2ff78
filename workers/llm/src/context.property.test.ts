import type { ContextItem } from '@voicebox/engines'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contextOf, inaudible } from './context.ts'
import { noResultYet } from './tool-pairs.ts'

const callId = fc.constantFrom('a', 'b', 'c', 'd')
const text = fc.constantFrom('', ' ', 'one', 'two')
const entry: fc.Arbitrary<ContextItem> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const), text }),
  { weight: 2, arbitrary: fc.record({ role: fc.constant('tool_call' as const), callId, name: text, arguments: text }) },
  { weight: 2, arbitrary: fc.record({ role: fc.constant('tool_result' as const), callId, output: fc.string() }) },
)
const items = fc.array(fc.option(fc.array(entry, { maxLength: 3 })), { maxLength: 40, size: 'max' })

describe('the context of any conversation', () => {
  it('has each run of calls followed by exactly its results, and results nowhere else', () => {
    let moved = 0
    fc.assert(
      fc.property(items, (given) => {
        const context = contextOf(given)
        for (let at = 0; at < context.length;) {
          const calls = runOf(context, at, 'tool_call')
          const results = runOf(context, at + calls.length, 'tool_result')
          expect(results).toEqual(calls)
          expect(new Set(calls).size).toBe(calls.length)
          moved += calls.length > 1 ? 1 : 0
          at += calls.length + results.length || 1
        }
      }),
    )
    expect(moved).toBeGreaterThan(20)
  })

  it('has every call and every message with words, in their order', () => {
    fc.assert(
      fc.property(items, (given) => {
        const isKept = (item: ContextItem) =>
          item.role === 'tool_call' || ('text' in item && item.text.trim() !== '' && item.text !== inaudible)
        // a result between messages moves, and a message never does
        expect(contextOf(given).filter(isKept)).toEqual(given.flatMap((entries) => entries ?? []).filter(isKept))
      }),
    )
  })

  it('makes up no result but the stand-in, and gives a call none that it has one for', () => {
    let standIns = 0
    fc.assert(
      fc.property(items, (given) => {
        const entries = given.flatMap((list) => list ?? [])
        const outputs = new Set(entries.map((item) => (item.role === 'tool_result' ? item.output : undefined)))
        const context = contextOf(given)
        for (const item of context)
          if (item.role === 'tool_result' && item.output !== noResultYet) expect(outputs).toContain(item.output)
        for (const id of ['a', 'b', 'c', 'd']) {
          const isOf = (role: ContextItem['role']) => (item: ContextItem) =>
            'callId' in item && item.callId === id && item.role === role
          if (!entries.some(isOf('tool_call')) || !entries.some(isOf('tool_result'))) continue
          const given = context
            .filter(isOf('tool_result'))
            .map((item) => (item.role === 'tool_result' ? item.output : ''))
          expect(given.some((output) => output !== noResultYet)).toBe(true)
          standIns += given.filter((output) => output === noResultYet).length
        }
      }),
    )
    expect(standIns).toBeGreaterThan(20)
  })

  it('ends with the question of a user who was not understood', () => {
    fc.assert(
      fc.property(items, (given) => {
        expect(contextOf([...given, [{ role: 'user', text: '' }]]).at(-1)).toEqual({ role: 'user', text: inaudible })
      }),
    )
  })
})

/** The ids of adjacent entries of a kind. */
function runOf(context: readonly ContextItem[], from: number, role: 'tool_call' | 'tool_result'): string[] {
  const rest = context.slice(from)
  const end = rest.findIndex((item) => item.role !== role)
  return rest.slice(0, end === -1 ? undefined : end).map((item) => ('callId' in item ? item.callId : ''))
}
