import type { Input } from '@voicebox/session'
import type { WorkerResult } from '@voicebox/streams'
import { makeGeneratedAudio } from './audio-delta.ts'

/** What a worker said, as the session's input; null for what it has no use for. */
export function inputOf(result: WorkerResult): Input | null {
  switch (result.kind) {
    case 'transcript_peeked':
      return null
    case 'audio_generated': {
      const { responseId, segment, offset, pcm } = result
      return { kind: 'audio_generated', responseId, segment, offset, audio: makeGeneratedAudio(pcm) }
    }
    case 'tools_listed': {
      const tools = result.tools.map(({ inputSchema, ...tool }) => ({ ...tool, input_schema: inputSchema }))
      return { kind: 'tools_listed', itemId: result.itemId, tools }
    }
    default:
      return result
  }
}

/** The words of an utterance that goes on, for who decides whether it has ended. */
export function wordsOf(result: WorkerResult): { itemId: string; text: string; audioMs: number | null } | null {
  if (result.kind === 'transcript_interim') return { itemId: result.itemId, text: result.text, audioMs: null }
  return result.kind === 'transcript_peeked' ? result : null
}
