import { type Kysely, sql } from 'kysely'

/**
 * Tenants, their keys and quotas, and what happened to them. Every table is closed by row-level security, to its owner too:
 * a transaction sees the rows of the tenant that it names (`voicebox.tenant`), a key whose prefix was presented to it
 * (`voicebox.presented`), and the list of tenants if it says that it serves the operator (`voicebox.operator`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'voicebox_app') then
        create role voicebox_app nologin nosuperuser nocreatedb nocreaterole nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null; -- another database of this server was first
    end $$`.execute(db)
  await sql`
    do $$ begin
      if exists (select from pg_roles where rolname = 'voicebox_app' and (rolsuper or rolbypassrls)) then
        raise exception 'The role voicebox_app may bypass row-level security';
      end if;
      if not pg_has_role(current_user, 'voicebox_app', 'set') then execute 'grant voicebox_app to current_user'; end if;
    end $$`.execute(db)

  await sql`create function voicebox_tenant() returns text stable parallel safe language sql
    return nullif(current_setting('voicebox.tenant', true), '')`.execute(db)
  await sql`create function voicebox_presented() returns text[] stable parallel safe language sql
    return string_to_array(nullif(current_setting('voicebox.presented', true), ''), ',')`.execute(db)
  await sql`create function voicebox_is_operator() returns boolean stable parallel safe language sql
    return coalesce(current_setting('voicebox.operator', true), '') = 'on'`.execute(db)

  await sql`
    create table tenants (
      id text primary key check (id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
      name text not null check (length(name) between 1 and 200),
      created_at timestamptz not null default now(),
      suspended_at timestamptz
    )`.execute(db)
  // A prefix is unique over all tenants, which a table that is partitioned by tenant could not promise.
  await sql`
    create table api_keys (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      prefix text not null unique,
      hash bytea not null check (length(hash) = 32),
      name text not null check (length(name) between 1 and 200),
      scopes text[] not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      primary key (tenant_id, id)
    )`.execute(db)
  await sql`
    create table quotas (
      tenant_id text primary key references tenants on delete cascade,
      overrides jsonb not null check (jsonb_typeof(overrides) = 'object'),
      updated_at timestamptz not null default now()
    )`.execute(db)
  // No tenant is referred to: what happened outlives whom it happened to, and strangers have none.
  await sql`
    create table audit_logs (
      tenant_id text not null,
      id bigint generated always as identity,
      at timestamptz not null default now(),
      action text not null check (length(action) between 1 and 100),
      actor text not null check (length(actor) <= 200),
      subject text check (length(subject) <= 200),
      details jsonb not null default '{}',
      primary key (tenant_id, id)
    ) partition by hash (tenant_id)`.execute(db)
  await partition(db, 'audit_logs')
  await sql`create index on audit_logs (tenant_id, at desc, id desc)`.execute(db)

  for (const table of ['api_keys', 'quotas', 'audit_logs']) await closeTo(db, table)
  await sql`alter table tenants enable row level security, force row level security`.execute(db)
  await sql`create policy own_tenant on tenants for select using (
    id = voicebox_tenant() or voicebox_is_operator()
    or exists (select from api_keys where tenant_id = tenants.id and prefix = any (voicebox_presented())))`.execute(db)
  await sql`create policy operator on tenants using (voicebox_is_operator()) with check (voicebox_is_operator())`.execute(
    db,
  )
  await sql`create policy presented on api_keys for select using (prefix = any (voicebox_presented()))`.execute(db)

  await sql`grant select, insert on tenants to voicebox_app`.execute(db)
  await sql`grant update (name, suspended_at) on tenants to voicebox_app`.execute(db)
  await sql`grant select, insert on api_keys to voicebox_app`.execute(db)
  await sql`grant update (last_used_at, revoked_at) on api_keys to voicebox_app`.execute(db)
  await sql`grant select, insert, update, delete on quotas to voicebox_app`.execute(db)
  await sql`grant select, insert on audit_logs to voicebox_app`.execute(db) // nobody rewrites what happened

  await sql`set local voicebox.operator = 'on'`.execute(db)
  await sql`insert into tenants (id, name) values ('default', 'Default')`.execute(db)
}

/** The role stays: it belongs to the server, and another database of it may use it. */
export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['audit_logs', 'quotas']) await sql`drop table ${sql.table(table)}`.execute(db)
  await sql`drop table api_keys, tenants cascade`.execute(db)
  for (const name of ['voicebox_tenant', 'voicebox_presented', 'voicebox_is_operator'])
    await sql`drop function ${sql.ref(name)}()`.execute(db)
}

/** Lets every transaction see and write the rows of the tenant that it names, and no others. */
async function closeTo(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`alter table ${sql.table(table)} enable row level security, force row level security`.execute(db)
  await sql`create policy own_tenant on ${sql.table(table)}
    using (tenant_id = voicebox_tenant()) with check (tenant_id = voicebox_tenant())`.execute(db)
}

async function partition(db: Kysely<unknown>, table: string): Promise<void> {
  for (let part = 0; part < partitions; part++) {
    const name = sql.table(`${table}_${part}`)
    await sql`create table ${name} partition of ${sql.table(table)}
      for values with (modulus ${sql.lit(partitions)}, remainder ${sql.lit(part)})`.execute(db)
    // whoever names a partition finds nothing: its own policies count then, and it has none
    await sql`alter table ${name} enable row level security, force row level security`.execute(db)
  }
}

const partitions = 8
