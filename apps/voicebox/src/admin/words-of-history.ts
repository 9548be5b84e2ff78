import { type Answer, field, rowsOf } from './ask.ts'
import { columnTable, table, time } from './table.ts'

const nothing = 'There is no history.\n'

export const historyTable = columnTable(['id', 'type', 'model', 'opened_at', 'ended_at', 'end_reason'], nothing)
export const usageTable = columnTable(['day', 'model', 'modality', 'amount'], 'Nothing was used.\n')
export const totalsTable = columnTable(['modality', 'amount'], 'Nothing was used.\n')

export const itemTable = (answer: Answer): string =>
  table(
    ['item', 'at', 'who', 'what'],
    rowsOf(answer).map((one) => {
      const item = one.item as Answer
      return [
        field(one, 'id'),
        time(one, 'created_at'),
        field(item, item.role === undefined ? 'type' : 'role'),
        said(item),
      ]
    }),
    nothing,
  )

export const foundTable = (answer: Answer): string =>
  table(
    ['session', 'item', 'at', 'what'],
    rowsOf(answer).map((one) => [
      field(one, 'session_id'),
      field(one, 'id'),
      time(one, 'created_at'),
      oneLine(
        (one.snippet as Answer[])
          .map((part) => (part.is_found === true ? `[${field(part, 'text')}]` : field(part, 'text')))
          .join(''),
      ),
    ]),
    'Nothing was found.\n',
  )

export const responseTable = (answer: Answer): string =>
  table(
    ['response', 'at', 'model', 'status'],
    rowsOf(answer).map((one) => [
      field(one, 'id'),
      time(one, 'created_at'),
      field(one, 'model'),
      field(one.response as Answer, 'status'),
    ]),
    nothing,
  )

/** What was said in an item, or else all of it. */
function said(item: Answer): string {
  if (!Array.isArray(item.content)) return oneLine(JSON.stringify(item))
  const parts = item.content as Answer[]
  return oneLine(
    parts.map(({ text, transcript }) => [text, transcript].find((words) => typeof words === 'string') ?? '…').join(' '),
  )
}

/** As a terminal can show it in a row: what came from clients moves no cursor. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 200)
