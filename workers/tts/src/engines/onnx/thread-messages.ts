import type { Device } from '@voicebox/inference'

export type ThreadCommand<Request> = { kind: 'infer'; request: Request } | { kind: 'stop' }

export type ThreadReply =
  | { kind: 'ready'; device: Device }
  | { kind: 'unusable'; code: string; message: string }
  | { kind: 'audio'; samples: Int16Array<ArrayBuffer> }
  | { kind: 'failed'; message: string }
