import type { Mutation } from '../mutation.ts'

/** Long conversations: what is put away to make room, where that stands, and how it is asked for. */
export const overflowMutations: readonly Mutation[] = [
  {
    file: 'put-away.ts',
    find: '!used.has(item.id) && ',
    replace: '',
    breaks: 'what a response reads stays',
  },
  {
    file: 'put-away.ts',
    find: 'const first = Math.max(1, placeOfAway(state) ?? 0)',
    replace: 'const first = 1',
    breaks: 'what was put away is one piece of the conversation',
  },
  {
    file: 'put-away.ts',
    find: 'return isFull ? enough(state, among([...entries.keys()], free)) : count',
    replace: 'return count',
    breaks: 'what nobody answers does not keep a conversation full',
  },
  {
    file: 'put-away.ts',
    find: "    if (audio !== null) act(draft, { kind: 'free_audio', itemId: item.id })\n",
    replace: '',
    breaks: 'audio goes with what is put away',
  },
  {
    file: 'away.ts',
    find: 'withLast(withFirst(state.away, gone.slice(0, place)), gone.slice(place))',
    replace: 'withLast(state.away, gone)',
    breaks: 'what is put away keeps its order',
  },
  {
    file: 'away.ts',
    find: 'return place < 0 ? entries.length : place',
    replace: 'return 0',
    breaks: 'an item at the root comes before what was put away',
  },
  {
    file: 'position.ts',
    find: 'at < place ? least - positionOf(place - at)',
    replace: 'at < -1 ? least - positionOf(place - at)',
    breaks: 'what stands before what was put away stays there in history',
  },
  {
    file: 'entries.ts',
    find: 'const previous = isBehindAway ? lastAway(draft.state) : previousItemId',
    replace: 'const previous = previousItemId',
    breaks: 'an item says what it stands after',
  },
  {
    file: 'history.ts',
    find: "away?.kind === 'put_away' ? away.position : (",
    replace: 'away === null ? 0 : (',
    breaks: 'history has an item that is put away as it comes',
  },
  {
    file: 'conversation.ts',
    find: '  if (isAway(state, id)) return true\n',
    replace: '',
    breaks: 'the id of what was put away is taken',
  },
  {
    file: 'recall.ts',
    find: 'if (!isAway(draft.state, itemId)) refuse(draft, about, missing)\n    else if',
    replace: 'if',
    breaks: 'what was deleted while history was asked is not shown',
  },
  {
    file: 'resume.ts',
    find: '  recallAgain(draft)\n',
    replace: '',
    breaks: 'who goes on with a session asks history again',
  },
]
