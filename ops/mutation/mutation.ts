/** One way to break the session core. */
export interface Mutation {
  /** In `libs/session/src`. */
  file: string
  /** Occurs exactly once in the file. */
  find: string
  replace: string
  /** The rule that does not hold any more. */
  breaks: string
}

/** How often a source has what the mutation looks for. */
export function placesOf(source: string, { find }: Mutation): number {
  return source.split(find).length - 1
}

/** The source as the mutation leaves it; throws for one that is out of date, since it would prove nothing. */
export function applyMutation(source: string, mutation: Mutation): string {
  const { file, find, replace } = mutation
  if (placesOf(source, mutation) !== 1) throw new Error(`${file} does not have exactly one place for: ${find}`)
  // a function, since `$` means something in a replacement text
  return source.replace(find, () => replace)
}
