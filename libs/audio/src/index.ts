export {
  type Endpointer,
  type EndpointerState,
  type EndpointingConfig,
  type EndpointVerdict,
  makeEndpointer,
} from './endpointing.ts'
export { type Heard, type InputRateHz, type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
export { bytesOf, concatSamples, msToSamples, samplesOf, samplesToMs } from './pcm16.ts'
export { type Resampler, type Resamplers, makeResamplers } from './resampler.ts'
export {
  type VoiceActivity,
  type VoiceActivityOptions,
  type VoiceStream,
  type VoiceStreamOptions,
  openVoiceActivity,
} from './voice-activity.ts'
export { type Wav, readWav, writeWav } from './wav.ts'
