import { type Kysely, sql } from 'kysely'

/** What a tenant has set for its sessions, and its own keys for language providers, sealed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenant_settings (
      tenant_id text primary key references tenants on delete cascade,
      settings jsonb not null check (jsonb_typeof(settings) = 'object'),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table provider_keys (
      tenant_id text not null references tenants on delete cascade,
      provider text not null check (length(provider) between 1 and 64),
      sealed text not null check (sealed like 'v1.%'),
      last_four text not null check (length(last_four) = 4),
      created_at timestamptz not null default now(),
      primary key (tenant_id, provider)
    )`.execute(db)
  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security, force row level security`.execute(db)
    await sql`create policy own_tenant on ${sql.table(table)}
      using (tenant_id = voicebox_tenant()) with check (tenant_id = voicebox_tenant())`.execute(db)
    await sql`grant select, insert, update, delete on ${sql.table(table)} to voicebox_app`.execute(db)
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of tables.toReversed()) await sql`drop table ${sql.table(table)}`.execute(db)
}

const tables = ['tenant_settings', 'provider_keys'] as const
