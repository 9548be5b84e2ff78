/** What whoever has let somebody in must hear of. */
export type KeyChange =
  | { kind: 'key_revoked'; prefix: string }
  | { kind: 'tenant_suspended'; tenantId: string }
  | { kind: 'tenant_resumed'; tenantId: string }
  /** Its quotas, its settings or the keys for its language providers. */
  | { kind: 'tenant_changed'; tenantId: string }
