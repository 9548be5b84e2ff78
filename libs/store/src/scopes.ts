import { type Scope, scopes } from '@voicebox/tenancy'

/** Those that this version knows: a newer one may have given others, which open nothing here. */
export function readScopes(stored: readonly string[]): Scope[] {
  return scopes.filter((scope) => stored.includes(scope))
}
