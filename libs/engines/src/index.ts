export { type EngineDescriptor, type SttEngine, type TtsEngine, sttEngines, ttsEngines } from './catalogue.ts'
export type {
  ContextItem,
  ContextMessage,
  ContextToolCall,
  ContextToolResult,
  FinishReason,
  GenerationRequest,
  LanguageEvent,
  LanguageModel,
  LanguageUsage,
  ReasoningEffort,
  ToolDeclaration,
  ToolDemand,
} from './language-model.ts'
export type { Recognition, RecognitionRequest, SpeechRecognizer, TokenLogprob } from './speech-recognizer.ts'
export type { SpeechSynthesizer, SynthesisRequest } from './speech-synthesizer.ts'
