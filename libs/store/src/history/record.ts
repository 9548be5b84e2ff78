/** One fact of a session. `number` grows by one with each fact of a session: a fact never overwrites one of a greater number. */
export type HistoryRecord = { sessionId: string; number: number; at: Date } & (
  | { kind: 'session_opened'; type: string; model: string }
  | { kind: 'session_ended'; reason: string }
  /**
   * The item as clients are shown it, without audio bytes; a later fact of the same item replaces it. `position` orders the
   * items of a session. `words` are what it is found by.
   */
  | { kind: 'item'; itemId: string; position: number; item: object; words: string }
  | { kind: 'item_deleted'; itemId: string }
  /** As in `response.done`, without audio bytes. */
  | { kind: 'response'; responseId: string; model: string; response: object }
  /** What a response or a transcription took, by modality: `input_text_tokens`, `transcription_audio_ms`, … */
  | { kind: 'usage'; turnId: string; model: string; counts: Record<string, number> }
)

export type RecordOf<K extends HistoryRecord['kind']> = Extract<HistoryRecord, { kind: K }>
