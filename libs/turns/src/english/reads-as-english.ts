/** Whether there is a word in the text that English has and that the languages around it do not spell alike. */
export function readsAsEnglish(text: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}']+/u)
    .some((word) => tellingWords.has(word))
}

const tellingWords = new Set(
  (
    'the and is are what who where when why how which you your my we they he she it this that these those of for with from to ' +
    'at have has do does did will would can could should please yes okay thank thanks hello goodbye not and because ' +
    "but if i'm i'd i'll i've it's that's don't can't let's tomorrow today now help need want"
  ).split(' '),
)
