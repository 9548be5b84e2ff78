const maxLineChars = 65_536

/** Cuts a stream of text into lines and gives each to `onLine`; a line beyond 64 Ki characters is given in parts. */
export function makeLineSplitter(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = ''
  return {
    write(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
      while (rest.length > maxLineChars) {
        onLine(rest.slice(0, maxLineChars))
        rest = rest.slice(maxLineChars)
      }
    },
    end() {
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
