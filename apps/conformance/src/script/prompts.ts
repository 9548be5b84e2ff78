import type { Session } from '../server/server.ts'
import { Unmet } from '../judgement/unmet.ts'
import { say } from './items.ts'
import { type Answer, respond } from './respond.ts'

/**
 * What the checks say to the model. Any capable model does as it is told here, and `scripted-model.json` holds the rules
 * by which a scripted one does: keep the two in step.
 */
export const prompts = {
  word: (word: string): string => `Reply with exactly the word ${word} and nothing else.`,
  always: (word: string): string => `Reply with exactly the word ${word} and nothing else, whatever the user says.`,
  secret: (word: string): string => `The secret word is ${word}. Remember it.`,
  askSecret: 'What is the secret word? Reply with that word only, or with the word NONE if you were not told one.',
  tellSecret: (word: string): string =>
    `Reply with exactly this sentence and nothing else: The secret word is ${word}.`,
  count: 'Count from one to one hundred in words, ten numbers a sentence. Do not stop before one hundred.',
  hello: 'Hello.',
  weather: (city: string): string => `Call the function get_weather with the city ${city}.`,
  twoCities: 'Call the function get_weather two times at once: with the city Paris and with the city Oslo.',
  callWith: (name: string, args: object): string =>
    `Call the function ${name} with the arguments ${JSON.stringify(args)}.`,
  askWeather: 'What is the weather in Paris?',
} as const

/** Asks for the secret word; throws `Unmet` unless the model answers with this one. */
export async function expectSecret(session: Session, word: string, response?: object): Promise<void> {
  await say(session, prompts.askSecret)
  expectSaid(await respond(session, response), word)
}

/** Throws `Unmet` unless the answer says the word. */
export function expectSaid(answer: Answer, word: string): void {
  if (!answer.text.toUpperCase().includes(word)) {
    throw new Unmet(`the model to answer ${word}`, answer.text === '' ? 'an answer without words' : `“${answer.text}”`)
  }
}
