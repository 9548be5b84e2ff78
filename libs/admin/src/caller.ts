/** Who asks. */
export interface Caller {
  /** For the audit log: a key's id, or the operator. */
  actor: string
  /** `platform`: all tenants; `tenant`: its own; null: known, and nothing is open to it here. */
  role: 'platform' | 'tenant' | null
  /** The tenant of its key; null: the operator of the installation. */
  tenantId: string | null
}

/** What a request brings to tell who asks. */
export interface Credentials {
  header(name: string): string | undefined
  /** Where it came from. */
  address: string
}
