/** Where the launcher speaks to people. */
export interface Terminal {
  /** What they asked for. */
  say(line: string): void
  /** What they should look at. */
  warn(line: string): void
}
