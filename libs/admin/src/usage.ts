import { z } from '@hono/zod-openapi'
import { type Days, usageByDay, usageTotals } from '@voicebox/store'
import { csv } from './csv.ts'
import { ofTenant } from './fields.ts'
import { type Asked, operation } from './operation.ts'

const day = z.iso.date()
const query = z.object({
  from: day.optional().openapi({ description: 'The first day, in UTC. Absent: 29 days before the last.' }),
  to: day.optional().openapi({ description: 'The last day, in UTC; at most 366 are counted. Absent: today.' }),
  format: z.enum(['json', 'csv']).optional().openapi({ description: 'Absent: what the header `Accept` asks for.' }),
})
const modality = z.string().openapi({ description: 'What is counted.', example: 'input_audio_tokens' })
const amount = z.int()
const days = { from: day, to: day }
const byDay = z
  .object({
    object: z.literal('usage'),
    ...days,
    data: z.array(z.object({ day, model: z.string(), modality, amount })),
  })
  .openapi('Usage')
const totals = z
  .object({ object: z.literal('usage_totals'), ...days, data: z.array(z.object({ modality, amount })) })
  .openapi('UsageTotals')
const about = {
  tag: 'Usage',
  access: 'tenant',
  method: 'get',
  params: z.object(ofTenant),
  query,
  alsoAnswers: 'text/csv',
} as const

export const usageOperations = [
  operation({
    ...about,
    id: 'getUsage',
    path: '/tenants/{tenant}/usage',
    summary: 'Shows what a tenant used, by day, model and modality',
    answer: byDay,
    async perform(asked) {
      const span = daysOf(asked)
      const found = await usageByDay(asked.services.store, asked.params.tenant, span)
      const data = found.map(({ day: on, model, modality: what, amount: much }) => ({
        day: on,
        model,
        modality: what,
        amount: much,
      }))
      return wantsCsv(asked)
        ? csv(['day', 'model', 'modality', 'amount'], data)
        : { object: 'usage' as const, ...span, data }
    },
  }),
  operation({
    ...about,
    id: 'getUsageTotals',
    path: '/tenants/{tenant}/usage/totals',
    summary: 'Shows what a tenant used in all, by modality',
    answer: totals,
    async perform(asked) {
      const span = daysOf(asked)
      const found = await usageTotals(asked.services.store, asked.params.tenant, span)
      const data = Object.entries(found).map(([what, much]) => ({ modality: what, amount: much }))
      return wantsCsv(asked) ? csv(['modality', 'amount'], data) : { object: 'usage_totals' as const, ...span, data }
    },
  }),
]

type AskedUsage = Asked<{ tenant: string }, z.output<typeof query>, undefined>

function wantsCsv({ query: { format }, accepts }: AskedUsage): boolean {
  return format === undefined ? accepts('text/csv') : format === 'csv'
}

function daysOf({ query: { from, to }, services: { clock } }: AskedUsage): Days {
  const last = to ?? dayOf(clock.now())
  return { from: from ?? dayOf(Math.max(Date.parse(last) - 29 * dayMs, firstDayMs)), to: last }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const dayMs = 86_400_000
/** Postgres knows no year 0. */
const firstDayMs = Date.parse('0001-01-01')
