export { type FakeAnswer, type FakeLanguageModel, makeFakeLanguageModel } from './fake-language-model.ts'
export { type LanguageModelUnderTest, describeLanguageModel } from './language-model.conformance.ts'
