import { type Draft, set } from './draft.ts'
import type { Service } from './input.ts'
import { refuse } from './refuse.ts'
import type { SessionState } from './state.ts'

/** Why something could not be done while nobody serves that kind of work. */
export const outageFailure = {
  transcription: { code: 'transcription_unavailable', message: 'Speech cannot be transcribed at the moment.' },
  language: { code: 'language_unavailable', message: 'The language model cannot be reached at the moment.' },
  speech: { code: 'speech_unavailable', message: 'Answers cannot be spoken at the moment: they go on as text.' },
} as const satisfies Record<Service, { code: string; message: string }>

/** Whether nobody serves this kind of work. */
export function isLost({ outages }: SessionState, service: Service): boolean {
  return outages[service] !== 'none'
}

export function setOutage(draft: Draft, service: Service, outage: SessionState['outages'][Service]): void {
  set(draft, { outages: { ...draft.state.outages, [service]: outage } })
}

/** Tells the client of an outage that now matters to it, once. */
export function tellOutage(draft: Draft, service: Service): void {
  if (draft.state.outages[service] !== 'untold') return
  setOutage(draft, service, 'told')
  refuse(draft, null, { type: 'server_error', ...outageFailure[service] })
}
