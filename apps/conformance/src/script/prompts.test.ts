import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { prompts } from './prompts.ts'

interface Rule {
  in?: string
  when: string
  find?: string
  reply?: string
  calls?: { name: string; arguments: string }[]
}

const file = new URL('../../scripted-model.json', import.meta.url)
const [model] = JSON.parse(readFileSync(file, 'utf8')) as [{ rules: Rule[] }]

/** The first rule for what the user says, with its groups put in. */
function answer(question: string): string | undefined {
  for (const rule of model.rules.filter((one) => one.in === undefined && one.find === undefined)) {
    const matched = new RegExp(rule.when, 'is').exec(question)
    const text = rule.reply ?? rule.calls?.map((call) => `${call.name}(${call.arguments})`).join(' ')
    if (matched !== null) return text?.replaceAll(/\$(\d)/g, (_, group: string) => matched[Number(group)] ?? '')
  }
  return undefined
}

it.each([
  [prompts.word('KIWI'), 'KIWI'],
  [prompts.tellSecret('ZEBRA'), 'The secret word is ZEBRA.'],
  [prompts.askSecret, 'NONE'],
  [prompts.weather('Paris'), 'get_weather({"city":"Paris"})'],
  [prompts.askWeather, 'get_weather({"city":"Paris"})'],
  [prompts.twoCities, 'get_weather({"city":"Paris"}) get_weather({"city":"Oslo"})'],
  [prompts.callWith('echo', { text: 'Hi {you}.' }), 'echo({"text":"Hi {you}."})'],
  [prompts.hello, undefined],
  [prompts.secret('ZEBRA'), undefined],
])('The scripted model does as it is told: %s', (question, expected) => {
  expect(answer(question)).toBe(expected)
})

it('The scripted model counts to one hundred', () => {
  expect(answer(prompts.count)).toMatch(/^One, two, .* ninety-nine, one hundred\.$/)
})

it('The scripted model finds the secret where it was told, and not in the question', () => {
  const find = new RegExp(model.rules.find((rule) => rule.find !== undefined)?.find ?? '', 'is')
  expect(find.exec(prompts.secret('ZEBRA'))?.[1]).toBe('ZEBRA')
  expect(find.exec(prompts.tellSecret('ZEBRA'))?.[1]).toBe('ZEBRA')
  expect(find.exec(prompts.askSecret)).toBeNull()
})

it('The scripted model follows instructions', () => {
  const { when } = model.rules.find((rule) => rule.in === 'instructions') ?? { when: 'none' }
  expect(new RegExp(when, 'is').exec(prompts.always('PEACH'))?.[1]).toBe('PEACH')
})
