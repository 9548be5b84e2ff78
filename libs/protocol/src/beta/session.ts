import type { Session } from '../session-object.ts'
import type { FunctionTool, ToolChoice } from '../tool.ts'
import { type BetaAudioFormat, betaFormatOf } from './audio-format.ts'
import { defaultTemperature } from './generation.ts'
import { type BetaModalities, betaModalitiesOf } from './modalities.ts'
import { type BetaTurnDetection, betaTurnDetectionOf } from './turn-detection.ts'
import { betaVoiceOf } from './voice.ts'

/** A session as the beta dialect shows it. */
export interface FlatSession {
  id: string
  object: 'realtime.session'
  model: string
  expires_at: number
  modalities: BetaModalities
  instructions: string
  voice: string
  input_audio_format: BetaAudioFormat
  output_audio_format: BetaAudioFormat
  input_audio_transcription: Session['audio']['input']['transcription']
  input_audio_noise_reduction: Session['audio']['input']['noise_reduction']
  turn_detection: BetaTurnDetection | null
  tools: FunctionTool[]
  tool_choice: Exclude<ToolChoice, { type: 'mcp' }>
  temperature: number
  max_response_output_tokens: Session['max_output_tokens']
  speed: number
  tracing: Session['tracing']
  prompt: Session['prompt']
  include: Session['include']
}

/** Shows a session as the beta dialect knows it; of what a client secret configured beyond that, nothing is told. */
export function flatSession(session: Session): FlatSession {
  const { input, output } = session.audio
  return {
    id: session.id,
    object: session.object,
    model: session.model,
    expires_at: session.expires_at,
    modalities: betaModalitiesOf(session.output_modalities),
    instructions: session.instructions,
    voice: betaVoiceOf(output.voice),
    ...flatInput(input),
    output_audio_format: betaFormatOf(output.format),
    tools: session.tools.filter((tool) => tool.type === 'function'),
    tool_choice: betaToolChoiceOf(session.tool_choice),
    temperature: session.temperature ?? defaultTemperature,
    max_response_output_tokens: session.max_output_tokens,
    speed: output.speed,
    tracing: session.tracing,
    prompt: session.prompt,
    include: session.include,
  }
}

type Input = Session['audio']['input']

const flatInput = ({ format, transcription, noise_reduction, turn_detection }: Input) => ({
  input_audio_format: betaFormatOf(format),
  input_audio_transcription: transcription,
  input_audio_noise_reduction: noise_reduction,
  turn_detection: turn_detection === null ? null : betaTurnDetectionOf(turn_detection),
})

/** The beta dialect knows of no MCP server, only that some tool must be called. */
function betaToolChoiceOf(choice: ToolChoice): FlatSession['tool_choice'] {
  return typeof choice === 'object' && choice.type === 'mcp' ? 'required' : choice
}
