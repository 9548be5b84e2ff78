import { assertNever } from '@voicebox/kernel'
import type { RunChoresOptions } from '@voicebox/streams'
import { deleteHistory, type DeleteOptions } from './delete-history.ts'
import { retain, type RetainOptions } from './retain.ts'
import { tellEvent, type TellOptions } from './tell-event.ts'

/** Does chores of every kind. */
export function performer(options: DeleteOptions & RetainOptions & TellOptions): RunChoresOptions['perform'] {
  return async (chore, context) => {
    switch (chore.kind) {
      case 'retention':
        return retain(chore, context, options)
      case 'deletion':
        return deleteHistory(chore, context, options)
      case 'webhook':
        return tellEvent(chore, context, options)
      default:
        return assertNever(chore)
    }
  }
}
