export { type AlignedResampler, openAlignedResampler } from './aligned-resampler.ts'
export { type AudioCodec, type WireFormat, bytesPerMs, codecOf } from './audio-codec.ts'
export {
  type Endpointer,
  type EndpointerState,
  type EndpointingConfig,
  type EndpointVerdict,
  makeEndpointer,
} from './endpointing.ts'
export { type Heard, type InputRateHz, type VoiceWindow, heardRateHz, windowSamples } from './heard.ts'
export { type KeptAudio, decodeBase64Audio, encodeKept } from './kept-audio.ts'
export {
  type PatientEndpointer,
  type PatientEndpointingConfig,
  type PatientState,
  type PatientVerdict,
  makePatientEndpointer,
} from './patient-endpointing.ts'
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
