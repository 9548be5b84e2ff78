/** Why a session could not be resumed. */
export type ResumeFailure =
  /** The gateway said no: `code` is that of its `error` event (`session_not_found`, `event_not_found`, …), `http_401` or the like, or of its close. */
  | { kind: 'refused'; code: string; message: string }
  /** No gateway took it in time. */
  | { kind: 'gave_up' }
  /** The gateway has not taken events, other than audio, that are no longer kept: see `maxBufferedBytes`. */
  | { kind: 'events_lost' }
