import { type Kysely, sql } from 'kysely'

/** What was said in sessions and what it cost, by tenant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      tenant_id text not null,
      id text not null,
      type text not null,
      model text not null,
      opened_at timestamptz not null,
      ended_at timestamptz,
      end_reason text,
      primary key (tenant_id, id)
    ) partition by hash (tenant_id)`.execute(db)
  // The primary key is the index by which the last items of a session are read.
  await sql`
    create table conversation_items (
      tenant_id text not null,
      session_id text not null,
      position bigint not null,
      item_id text not null,
      item jsonb not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, session_id, position),
      unique (tenant_id, session_id, item_id)
    ) partition by hash (tenant_id)`.execute(db)
  // One row for each turn, settled once: who settles it again finds it there.
  await sql`
    create table usage (
      tenant_id text not null,
      day date not null,
      session_id text not null,
      turn_id text not null,
      model text not null,
      counts jsonb not null check (jsonb_typeof(counts) = 'object'),
      at timestamptz not null default now(),
      primary key (tenant_id, day, session_id, turn_id)
    ) partition by hash (tenant_id)`.execute(db)
  for (const table of tables) {
    await partition(db, table)
    await sql`alter table ${sql.table(table)} enable row level security, force row level security`.execute(db)
    await sql`create policy own_tenant on ${sql.table(table)}
      using (tenant_id = voicebox_tenant()) with check (tenant_id = voicebox_tenant())`.execute(db)
    await sql`grant select, insert, update, delete on ${sql.table(table)} to voicebox_app`.execute(db)
  }
  await sql`create index on sessions (tenant_id, opened_at desc)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of tables.toReversed()) await sql`drop table ${sql.table(table)}`.execute(db)
}

async function partition(db: Kysely<unknown>, table: string): Promise<void> {
  for (let part = 0; part < partitions; part++) {
    const name = sql.table(`${table}_${part}`)
    await sql`create table ${name} partition of ${sql.table(table)}
      for values with (modulus ${sql.lit(partitions)}, remainder ${sql.lit(part)})`.execute(db)
    await sql`alter table ${name} enable row level security, force row level security`.execute(db)
  }
}

const tables = ['sessions', 'conversation_items', 'usage'] as const
const partitions = 8
