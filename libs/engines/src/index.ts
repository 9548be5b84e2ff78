export { type EngineDescriptor, type SttEngine, type TtsEngine, sttEngines, ttsEngines } from './catalogue.ts'
export type {
  ContextItem,
  FinishReason,
  GenerationRequest,
  LanguageEvent,
  LanguageModel,
  LanguageUsage,
} from './language-model.ts'
export type { Recognition, RecognitionRequest, SpeechRecognizer } from './speech-recognizer.ts'
export type { SpeechSynthesizer, SynthesisRequest } from './speech-synthesizer.ts'
