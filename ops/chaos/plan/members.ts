/** The processes of the installation, by kind. */
export const members = {
  gateway: ['gateway-1', 'gateway-2'],
  stt: ['stt-1', 'stt-2'],
  llm: ['llm-1', 'llm-2'],
  tts: ['tts-1', 'tts-2'],
  housekeeper: ['housekeeper-1'],
} as const

export type MemberKind = keyof typeof members
export type Member = (typeof members)[MemberKind][number]

/** What kind of process has this name; null: none. */
export function kindOf(name: string): MemberKind | null {
  const kinds = Object.keys(members) as MemberKind[]
  return kinds.find((kind) => (members[kind] as readonly string[]).includes(name)) ?? null
}
