/** Joins the texts of consecutive windows, by a space where their script uses it between words. */
export function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').reduce((joined, text) => joined + separator(joined, text) + text, '')
}

function separator(before: string, after: string): string {
  if (before === '') return ''
  return new RegExp(`${unspaced}$`, 'u').test(before) && new RegExp(`^${unspaced}`, 'u').test(after) ? '' : ' '
}

const unspaced = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}。、！？，]`
