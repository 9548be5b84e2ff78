/** Text as Postgres takes it: without NUL, and no half of a surrogate pair. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

/** JSON of it as Postgres takes it, wherever in it the text is that Postgres would refuse. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escaped, what: string) => {
    if (what === 'u0000') return ''
    return what.startsWith('ud') ? '\ufffd' : escaped
  })
}
