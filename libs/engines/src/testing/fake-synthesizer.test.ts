import { makeFakeSynthesizer } from './fake-synthesizer.ts'
import { describeSpeechSynthesizer } from './speech-synthesizer.conformance.ts'

describeSpeechSynthesizer('The fake', async () => {
  const synthesizer = makeFakeSynthesizer()
  return { synthesizer, close: () => synthesizer.close() }
})
