import { noiseReductionSchema, transcriptionSchema } from '../input-audio.ts'
import { betaAudioFormatSchema } from './audio-format.ts'
import { betaTurnDetectionSchema } from './turn-detection.ts'

/** How the user is heard, by its names in the beta dialect. */
export const betaInputFields = {
  input_audio_format: betaAudioFormatSchema,
  input_audio_transcription: transcriptionSchema
    .nullable()
    .describe('Null: user audio is not written down for the client.'),
  input_audio_noise_reduction: noiseReductionSchema.nullable().describe('Null: off.'),
  turn_detection: betaTurnDetectionSchema
    .nullable()
    .describe('Null: the client commits and asks for responses itself.'),
}
