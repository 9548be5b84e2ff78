import type { AudioFormat } from '@voicebox/protocol'

/** How many bytes valid base64 stands for. */
export function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return (base64.length / 4) * 3 - padding
}

/** How long audio in base64 lasts: 48 bytes of 24 kHz pcm16 a millisecond, 8 of G.711. */
export function durationMs(base64: string, { type }: AudioFormat): number {
  return decodedBytes(base64) / (type === 'audio/pcm' ? 48 : 8)
}
