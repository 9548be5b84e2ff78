import { expect, it } from 'vitest'
import { newEncryptionKey, openVault, quotaSchema, settingsSchema } from './index.ts'

it('Quotas may all be left out, and null is no limit', () => {
  expect(quotaSchema.parse({})).toEqual({})
  expect(quotaSchema.parse({ requestsPerMinute: null, models: null, tools: {} })).toEqual({
    requestsPerMinute: null,
    models: null,
    tools: { functions: true, mcp: null },
  })
  expect(quotaSchema.parse({ tools: { functions: false, mcp: ['mcp.example.com', '*.example.org'] } })).toBeTruthy()
})

it.each([
  [{ requestsPerMinutes: 5 }, []],
  [{ requestsPerMinute: 0 }, ['requestsPerMinute']],
  [{ sessions: 1.5 }, ['sessions']],
  [{ models: [] }, ['models']],
  [{ voices: ['alloy', 'alloy'] }, ['voices']],
  [{ tools: { mcp: ['https://mcp.example.com'] } }, ['tools', 'mcp', 0]],
  [{ tools: { mcp: ['*'] } }, ['tools', 'mcp', 0]],
])('Wrong quotas are refused, and the place is named: %j', (quotas, path) => {
  expect(quotaSchema.safeParse(quotas).error?.issues[0]?.path).toEqual(path)
})

it('Settings have defaults for all that is left out', () => {
  expect(settingsSchema.parse({})).toEqual({
    instructions: '',
    voice: null,
    retention: { itemDays: 30, audioDays: 7 },
    webhooks: [],
  })
  expect(settingsSchema.parse({ retention: { itemDays: 1 } }).retention).toEqual({ itemDays: 1, audioDays: 7 })
})

it('A webhook is told over https alone, its secret is sealed, and its id is its own', () => {
  const secret = openVault([newEncryptionKey()]).seal('whsec_x', { tenantId: 'acme', field: 'webhook:wh_1' })
  const webhook = { id: 'wh_1', url: 'https://example.com/hook', events: ['session.ended'], secret }
  expect(settingsSchema.parse({ webhooks: [webhook] }).webhooks).toEqual([webhook])
  const wrong = [
    { ...webhook, url: 'http://example.com/' },
    { ...webhook, secret: 'whsec_x' },
    { ...webhook, events: [] },
    { ...webhook, events: ['session.begun'] },
  ]
  for (const one of wrong) expect(settingsSchema.safeParse({ webhooks: [one] }).success).toBe(false)
  expect(settingsSchema.safeParse({ webhooks: [webhook, webhook] }).success).toBe(false)
})
