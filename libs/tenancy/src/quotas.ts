import { z } from 'zod'

const count = (max: number) => z.int().min(1).max(max).nullable()
/** What a tenant may name of something; null: whatever there is. */
const namesOf = (maxLength: number) =>
  z
    .array(z.string().min(1).max(maxLength))
    .min(1)
    .max(256)
    .refine((names) => new Set(names).size === names.length, 'expected each name once')
    .nullable()

/** A host such as `mcp.example.com`, or all names below one: `*.example.com`. */
const hostPattern = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([a-z0-9.:[\]-]*[a-z0-9\]])?$/, 'expected a host such as mcp.example.com or *.example.com')

/** Which tools sessions may be given. */
const toolQuotaSchema = z.strictObject({
  /** Functions, which the client runs. */
  functions: z.boolean().default(true),
  /** The hosts of MCP servers that may be asked; empty: none, null: all that the installation lets be asked. */
  mcp: z.array(hostPattern).max(256).nullable().default(null),
})
export type ToolQuota = z.infer<typeof toolQuotaSchema>

/**
 * What a tenant has in place of the installation's own limits. What is left out is the installation's; null: no limit.
 * Limits of rates hold over all gateways, in every window of the installation's `windowMs`.
 */
export const quotaSchema = z.strictObject({
  /** Responses begun in a minute. */
  requestsPerMinute: count(1_000_000).exactOptional(),
  /** Tokens of responses, as their `usage` counts them, in a minute. */
  tokensPerMinute: count(1_000_000_000).exactOptional(),
  /** Sessions at a time. */
  sessions: count(1_000_000).exactOptional(),
  /** Longest life of a session, in seconds; the installation's own maximum holds too. */
  sessionMaxS: count(86_400).exactOptional(),
  /** Audio that clients send, in a day of UTC. */
  audioMinutesPerDay: count(100_000_000).exactOptional(),
  /** Models as clients name them. */
  models: namesOf(256).exactOptional(),
  /** Voices as clients name them. */
  voices: namesOf(256).exactOptional(),
  tools: toolQuotaSchema.nullable().exactOptional(),
})
export type Quotas = z.infer<typeof quotaSchema>
