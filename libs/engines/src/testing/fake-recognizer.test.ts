import type { SpeechRecognizer } from '../speech-recognizer.ts'
import { describeSpeechRecognizer } from './speech-recognizer.conformance.ts'
import { makeFakeRecognizer } from './fake-recognizer.ts'

const tone = (level: number): Int16Array => new Int16Array(16_000).fill(level)
const hear = (samples: Int16Array): string => `a ${samples.includes(100) ? 'low' : 'high'} tone`
const utterances = [
  { samples: tone(100), text: 'a low tone' },
  { samples: tone(200), text: 'a high tone' },
] as const

const lettersOf = (text: string): { token: string; logprob: number }[] =>
  Array.from(text, (token) => ({ token, logprob: -0.1 }))

describeSpeechRecognizer('the fake', () =>
  Promise.resolve({ open: opens(() => makeFakeRecognizer(hear)), utterances, givesLogprobs: false }),
)

describeSpeechRecognizer('the fake that listens live', () =>
  Promise.resolve({
    open: opens(() =>
      makeFakeRecognizer((samples) => ({ text: hear(samples), logprobs: lettersOf(hear(samples)) }), {
        interims: ['a', 'a'],
      }),
    ),
    utterances,
    interims: 'settled',
    givesLogprobs: true,
  }),
)

describeSpeechRecognizer('the fake that changes its mind', () =>
  Promise.resolve({
    open: opens(() => makeFakeRecognizer(hear, { interims: ['the', 'a', 'a loud'] })),
    utterances,
    interims: 'revised',
    givesLogprobs: false,
  }),
)

function opens(make: () => SpeechRecognizer): () => Promise<SpeechRecognizer> {
  return () => Promise.resolve(make())
}
