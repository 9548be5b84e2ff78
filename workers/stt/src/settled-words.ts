/** What was said of an utterance so far, where nothing of it may be taken back. */
export interface SettledWords {
  /** Whether the text goes on from what was said; if so, it counts as said. */
  extend(text: string): boolean
}

/** `isSilenced`: something was said that is not known here, so that nothing can be said to extend it. */
export function makeSettledWords({ isSilenced }: { isSilenced: boolean }): SettledWords {
  let said = ''
  return {
    extend(text) {
      if (isSilenced || !(said === '' ? text !== '' : text.startsWith(`${said} `))) return false
      said = text
      return true
    },
  }
}
