export { type FakeAnswer, type FakeLanguageModel, makeFakeLanguageModel } from './fake-language-model.ts'
export { type LanguageModelUnderTest, describeLanguageModel } from './language-model.conformance.ts'
export { type ToolCallerUnderTest, describeToolCalls } from './tool-calls.conformance.ts'
export {
  type FakeHearing,
  type FakeRecognizer,
  type FakeRecognizerOptions,
  makeFakeRecognizer,
} from './fake-recognizer.ts'
export { type RecognizerUnderTest, type SpokenText, describeSpeechRecognizer } from './speech-recognizer.conformance.ts'
export { wordErrorRate } from './word-error-rate.ts'
export { type FakeSynthesizer, makeFakeSynthesizer } from './fake-synthesizer.ts'
export { type SynthesizerUnderTest, describeSpeechSynthesizer } from './speech-synthesizer.conformance.ts'
