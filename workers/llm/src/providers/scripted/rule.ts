import type { ContextItem, GenerationRequest } from '@voicebox/engines'
import { wordsIn } from '../words-in.ts'
import { fill } from './fill.ts'
import type { ScriptedProvider } from './scripted.ts'

/** A rule whose patterns are ready. */
export interface Rule extends Omit<ScriptedProvider['rules'][number], 'when' | 'find'> {
  when: RegExp
  find: RegExp | undefined
}

export function makeRule({ when, find, ...rule }: ScriptedProvider['rules'][number]): Rule {
  return { ...rule, when: patternOf(when), find: find === undefined ? undefined : patternOf(find) }
}

/** What a rule answers to a request; undefined where it does not apply. */
export function applied(
  rule: Rule,
  request: GenerationRequest,
): { text: string; calls: { name: string; arguments: string }[] } | undefined {
  const subject = subjectOf(rule.in, request)
  const matched = subject === undefined ? null : rule.when.exec(subject)
  if (matched === null) return undefined
  const found = rule.find === undefined ? [] : firstFound(rule.find, request.context)
  if (found === undefined) return undefined
  const filled = (template: string): string => fill(template, { matched, found, request })
  return {
    text: filled(rule.reply ?? ''),
    calls: (rule.calls ?? []).map((call) => ({ name: filled(call.name), arguments: filled(call.arguments) })),
  }
}

function patternOf(source: string): RegExp {
  return new RegExp(source, 'is')
}

function subjectOf(place: Rule['in'], { instructions, context }: GenerationRequest): string | undefined {
  const last = context.at(-1)
  switch (place) {
    case 'instructions':
      return instructions
    case 'question':
      return last?.role === 'user' ? last.text : undefined
    case 'tool_result':
      return last?.role === 'tool_result' ? last.output : undefined
  }
}

function firstFound(pattern: RegExp, context: readonly ContextItem[]): RegExpExecArray | undefined {
  for (const entry of context.toReversed()) {
    const found = pattern.exec(wordsIn(entry))
    if (found !== null) return found
  }
  return undefined
}
