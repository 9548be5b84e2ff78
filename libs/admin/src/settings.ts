import { z } from '@hono/zod-openapi'
import { readSettings, writeSettings } from '@voicebox/store'
import { settingsSchema, type TenantSettings } from '@voicebox/tenancy'
import { ofTenant } from './fields.ts'
import { operation } from './operation.ts'
import type { Problem } from './problem.ts'
import type { AdminServices } from './services.ts'
import { noSuchTenant } from './tenants.ts'

const { instructions, voice, retention } = settingsSchema.shape
const { itemDays, audioDays } = retention.unwrap().shape
const fields = {
  instructions: instructions.unwrap().meta({ description: 'For sessions whose client gives none.' }),
  voice: voice.unwrap().meta({ description: 'For sessions whose client names none; null: the model’s own.' }),
}
const days = { item_days: itemDays.unwrap(), audio_days: audioDays.unwrap() }
const shown = z
  .object({
    object: z.literal('settings'),
    ...fields,
    retention: z.object(days).openapi({ description: 'For how many days items, and their audio, are kept.' }),
  })
  .openapi('Settings')
const change = z
  .strictObject({
    instructions: fields.instructions.optional(),
    voice: fields.voice.optional(),
    retention: z
      .strictObject({ item_days: days.item_days.optional(), audio_days: days.audio_days.optional() })
      .optional(),
  })
  .openapi('SettingsChange')
const about = {
  tag: 'Settings',
  path: '/tenants/{tenant}/settings',
  access: 'tenant',
  params: z.object(ofTenant),
  answer: shown,
} as const

export const settingsOperations = [
  operation({
    ...about,
    id: 'getSettings',
    method: 'get',
    summary: 'Shows the settings of a tenant',
    perform: async ({ params: { tenant }, services: { store } }) => showSettings(await readSettings(store, tenant)),
  }),
  operation({
    ...about,
    id: 'changeSettings',
    method: 'patch',
    summary: 'Changes settings of a tenant',
    body: change,
    async perform({ params: { tenant }, body, caller, services }) {
      const before = await readSettings(services.store, tenant)
      const { item_days = before.retention.itemDays, audio_days = before.retention.audioDays } = body.retention ?? {}
      const settings = {
        ...before,
        instructions: body.instructions ?? before.instructions,
        voice: body.voice === undefined ? before.voice : body.voice,
        retention: { itemDays: item_days, audioDays: audio_days },
      }
      return (await keepSettings(tenant, settings, caller.actor, services)) ?? showSettings(settings)
    },
  }),
]

/** Writes settings and tells gateways; answers what stands in the way. */
export async function keepSettings(
  tenant: string,
  settings: TenantSettings,
  actor: string,
  { store, tell }: AdminServices,
): Promise<Problem | null> {
  if (!(await writeSettings(store, tenant, settings, actor))) return noSuchTenant(tenant)
  await tell({ kind: 'tenant_changed', tenantId: tenant })
  return null
}

function showSettings({ instructions, voice, retention: { itemDays, audioDays } }: TenantSettings) {
  const retention = { item_days: itemDays, audio_days: audioDays }
  return { object: 'settings' as const, instructions, voice, retention }
}
