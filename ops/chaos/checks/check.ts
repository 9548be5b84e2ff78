import type { Finding } from '../finding.ts'
import type { Transcript } from '../transcript.ts'
import { checkAudio } from './audio.ts'
import { checkEnding } from './ending.ts'
import { checkErrors } from './errors.ts'
import type { Excuses } from './excuses.ts'
import { checkItems } from './items.ts'
import { checkNumbers } from './numbers.ts'
import { checkReplies } from './replies.ts'
import { checkResponses } from './responses.ts'
import { checkRollCall } from './roll-call.ts'
import { checkSpeech } from './speech.ts'
import type { ReadSpelling } from './spelling.ts'
import { checkStatuses } from './statuses.ts'
import { checkWords } from './words.ts'

/** Everything about a session that was not as it should be, excused or not. */
export function checkSession(transcript: Transcript, excuses: Excuses, read: ReadSpelling): Finding[] {
  return [
    checkNumbers(transcript),
    checkItems(transcript),
    checkResponses(transcript),
    checkStatuses(transcript, excuses),
    checkWords(transcript, excuses),
    checkAudio(transcript, excuses, read),
    checkReplies(transcript),
    checkErrors(transcript, excuses),
    checkSpeech(transcript, excuses),
    checkRollCall(transcript),
    checkEnding(transcript, excuses),
  ].flat()
}
