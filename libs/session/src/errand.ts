import type { Effect } from './effect.ts'

/** What is done outside the session, and may be done twice. Others must be known to be asked before they are. */
export type Errand = Extract<Effect, { kind: (typeof errandKinds)[number] }>

const errandKinds = [
  'transcribe',
  'generate',
  'speak',
  'list_tools',
  'call_tool',
  'cancel_work',
  'free_audio',
  'settle',
  'recall_item',
] as const satisfies readonly Effect['kind'][]

export function isErrand(effect: Effect): effect is Errand {
  return (errandKinds as readonly Effect['kind'][]).includes(effect.kind)
}
