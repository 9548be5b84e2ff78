import type { GenerationRequest } from '@voicebox/engines'

/** The call that a request demands of a model that has no call of its own in mind: of the named tool, or of the first. */
export function demandedCall({
  tools = [],
  toolChoice = 'auto',
}: GenerationRequest): { name: string; arguments: string } | undefined {
  const name = typeof toolChoice === 'object' ? toolChoice.name : toolChoice === 'required' ? tools[0]?.name : undefined
  return name === undefined ? undefined : { name, arguments: '{}' }
}
