import type { Mutation } from '../mutation.ts'
import { conversationMutations } from './conversation.ts'
import { hearingMutations } from './hearing.ts'
import { outageMutations } from './outages.ts'
import { overflowMutations } from './overflow.ts'
import { responseMutations } from './responses.ts'
import { sessionMutations } from './session.ts'
import { speechMutations } from './speech.ts'
import { toolMutations } from './tools.ts'

export const allMutations: readonly Mutation[] = [
  ...conversationMutations,
  ...hearingMutations,
  ...outageMutations,
  ...overflowMutations,
  ...responseMutations,
  ...speechMutations,
  ...toolMutations,
  ...sessionMutations,
]
