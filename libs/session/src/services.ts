import { assertNever } from '@voicebox/kernel'
import { failUnanswered } from './apology.ts'
import type { Draft } from './draft.ts'
import type { Service } from './input.ts'
import { isLost, outageFailure, setOutage, tellOutage } from './outage.ts'
import { responsesIn } from './responses.ts'
import { endUnspoken } from './unspoken.ts'

/** Nobody serves this kind of work any more: who waits for it waits no longer. */
export function loseService(draft: Draft, service: Service): void {
  if (isLost(draft.state, service)) return
  setOutage(draft, service, 'untold')
  switch (service) {
    case 'transcription':
      return // every step fails what waits for words then
    case 'language':
      return loseLanguage(draft)
    case 'speech':
      for (const { id } of responsesIn(draft.state)) endUnspoken(draft, id)
      return
    default:
      return assertNever(service)
  }
}

/** What is asked for from now on is done again. */
export function restoreService(draft: Draft, service: Service): void {
  if (isLost(draft.state, service)) setOutage(draft, service, 'none')
}

/** A response that still waits for words or tools may be asked for when they have come. */
function loseLanguage(draft: Draft): void {
  for (const response of responsesIn(draft.state)) {
    if (response.finish !== null || response.awaiting.length > 0) continue
    tellOutage(draft, 'language')
    failUnanswered(draft, response, outageFailure.language)
  }
}
