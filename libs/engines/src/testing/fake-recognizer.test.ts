import { describeSpeechRecognizer } from './speech-recognizer.conformance.ts'
import { makeFakeRecognizer } from './fake-recognizer.ts'

const tone = (level: number): Int16Array => new Int16Array(16_000).fill(level)
const hear = (samples: Int16Array): string => (samples.includes(100) ? 'low' : 'high')

describeSpeechRecognizer('the fake', () =>
  Promise.resolve({
    open: () => Promise.resolve(makeFakeRecognizer(hear)),
    utterances: [
      { samples: tone(100), text: 'low' },
      { samples: tone(200), text: 'high' },
    ],
  }),
)
