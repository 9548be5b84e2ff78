/** What a webhook's secret is sealed for. */
export const webhookField = (id: string): string => `webhook:${id}`

/** What a key for a language provider is sealed for. */
export const providerKeyField = (provider: string): string => `provider_key:${provider}`
