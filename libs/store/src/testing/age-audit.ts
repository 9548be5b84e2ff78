import pg from 'pg'

/** Makes what a tenant's audit log has of an action so many days old, as the database's owner: nobody else can. */
export async function ageAudit(ownerUrl: string, tenantId: string, action: string, daysAgo: number): Promise<void> {
  const client = new pg.Client(ownerUrl)
  await client.connect()
  try {
    await client.query("select set_config('voicebox.tenant', $1, false)", [tenantId])
    const age = 'update audit_logs set at = now() - make_interval(days => $1) where tenant_id = $2 and action = $3'
    await client.query(age, [daysAgo, tenantId, action])
  } finally {
    await client.end()
  }
}
