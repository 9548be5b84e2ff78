import { type Kysely, sql } from 'kysely'

/**
 * Lets history be written in any order and as often as one likes (each row keeps the number of the fact that made it), and
 * gives each read of it an index. Rows of deleted sessions and items stay without their content, so that what is written
 * late brings nothing back.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      alter column type drop not null,
      alter column model drop not null,
      alter column opened_at drop not null,
      add column opened_number bigint not null default -1,
      add column ended_number bigint not null default -1,
      add column deleted_at timestamptz,
      add column written_at timestamptz not null default now()`.execute(db)
  await sql`create index sessions_live on sessions (tenant_id, opened_at desc, id desc)
    where ended_at is null and opened_at is not null`.execute(db)
  await sql`create index sessions_model on sessions (tenant_id, model, opened_at desc, id desc)`.execute(db)
  await sql`create index sessions_written on sessions (tenant_id, written_at)`.execute(db)

  // The tenant is a word of each item: an index that is shared with other tenants is then asked for both at once.
  await sql`create function voicebox_words(tenant text, words text) returns tsvector immutable parallel safe language sql
    return array_to_tsvector(array['tenant ' || tenant]) || to_tsvector('pg_catalog.simple'::regconfig, words)`.execute(
    db,
  )
  await sql`
    alter table conversation_items
      drop constraint conversation_items_pkey,
      drop constraint conversation_items_tenant_id_session_id_item_id_key,
      alter column position drop not null,
      alter column item drop not null,
      alter column created_at drop default,
      add column number bigint not null default 0,
      add column words text,
      add column search tsvector generated always as (voicebox_words(tenant_id, words)) stored,
      add primary key (tenant_id, session_id, item_id)`.execute(db)
  await sql`alter table conversation_items alter column number drop default`.execute(db)
  await sql`create index conversation_items_position on conversation_items (tenant_id, session_id, position, item_id)
    where position is not null`.execute(db)
  await sql`create index conversation_items_created on conversation_items (tenant_id, created_at)`.execute(db)
  await sql`create index conversation_items_search on conversation_items using gin (search)`.execute(db)

  await sql`
    create table responses (
      tenant_id text not null,
      session_id text not null,
      response_id text not null,
      number bigint not null,
      model text not null,
      response jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, session_id, response_id)
    ) partition by hash (tenant_id)`.execute(db)
  await sql`create index responses_number on responses (tenant_id, session_id, number)`.execute(db)
  await sql`create index responses_created on responses (tenant_id, created_at)`.execute(db)

  // A turn that is told again on another day is still one turn.
  await sql`
    alter table usage
      drop constraint usage_pkey,
      alter column at drop default,
      add column number bigint not null default 0,
      add primary key (tenant_id, session_id, turn_id)`.execute(db)
  await sql`alter table usage alter column number drop default`.execute(db)
  // What `usage` sums up to, changed with it in one transaction.
  await sql`
    create table usage_days (
      tenant_id text not null,
      day date not null,
      model text not null,
      modality text not null,
      amount bigint not null,
      primary key (tenant_id, day, model, modality)
    ) partition by hash (tenant_id)`.execute(db)
  await sql`
    insert into usage_days (tenant_id, day, model, modality, amount)
    select tenant_id, day, model, count.key, sum(count.value::numeric)::bigint
    from usage, jsonb_each_text(counts) as count group by 1, 2, 3, 4`.execute(db)

  for (const table of ['responses', 'usage_days']) await close(db, table)
  await letSearch(db)
}

/**
 * Row-level security lets an index answer `@@` only where the policy itself asks it, because that operator is not known to be
 * leakproof. So who searches takes a role whose policy says what is looked for.
 */
async function letSearch(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'voicebox_search') then
        create role voicebox_search nologin nosuperuser nocreatedb nocreaterole nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null; -- another database of this server was first
    end $$`.execute(db)
  await sql`
    do $$ begin
      if exists (select from pg_roles where rolname = 'voicebox_search' and (rolsuper or rolbypassrls)) then
        raise exception 'The role voicebox_search may bypass row-level security';
      end if;
      if not pg_has_role('voicebox_app', 'voicebox_search', 'set') then
        grant voicebox_search to voicebox_app with inherit false, set true;
      end if;
    end $$`.execute(db)
  await sql`create function voicebox_sought() returns tsquery stable parallel safe language sql
    return nullif(
      websearch_to_tsquery('pg_catalog.simple'::regconfig, current_setting('voicebox.sought', true)), ''::tsquery)`.execute(
    db,
  )
  await sql`create policy sought on conversation_items as restrictive for select to voicebox_search
    using (search @@ (('''tenant ' || voicebox_tenant() || '''')::tsquery && voicebox_sought()))`.execute(db)
  await sql`grant select on conversation_items to voicebox_search`.execute(db)
}

/** The roles stay: they belong to the server. What was deleted, and what has no place in the older tables, is lost. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table usage_days, responses`.execute(db)
  await sql`
    alter table usage
      drop constraint usage_pkey,
      drop column number,
      alter column at set default now(),
      add primary key (tenant_id, day, session_id, turn_id)`.execute(db)
  await sql`drop policy sought on conversation_items`.execute(db)
  await sql`revoke all on conversation_items from voicebox_search`.execute(db)
  await sql`drop function voicebox_sought()`.execute(db)
  await sql`delete from conversation_items as one where position is null or exists (
    select from conversation_items as other where other.tenant_id = one.tenant_id and other.session_id = one.session_id
      and other.position = one.position and other.item_id < one.item_id)`.execute(db)
  await sql`
    alter table conversation_items
      drop constraint conversation_items_pkey,
      drop column search, drop column words, drop column number,
      alter column item set not null,
      alter column created_at set default now(),
      add primary key (tenant_id, session_id, position),
      add unique (tenant_id, session_id, item_id)`.execute(db)
  for (const index of ['conversation_items_position', 'conversation_items_created'])
    await sql`drop index ${sql.ref(index)}`.execute(db)
  await sql`drop function voicebox_words(text, text)`.execute(db)
  for (const index of ['sessions_live', 'sessions_model', 'sessions_written'])
    await sql`drop index ${sql.ref(index)}`.execute(db)
  await sql`delete from sessions where opened_at is null`.execute(db)
  await sql`
    alter table sessions
      drop column written_at, drop column deleted_at, drop column ended_number, drop column opened_number,
      alter column opened_at set not null,
      alter column model set not null,
      alter column type set not null`.execute(db)
}

async function close(db: Kysely<unknown>, table: string): Promise<void> {
  for (let part = 0; part < partitions; part++) {
    const name = sql.table(`${table}_${part}`)
    await sql`create table ${name} partition of ${sql.table(table)}
      for values with (modulus ${sql.lit(partitions)}, remainder ${sql.lit(part)})`.execute(db)
    await sql`alter table ${name} enable row level security, force row level security`.execute(db)
  }
  await sql`alter table ${sql.table(table)} enable row level security, force row level security`.execute(db)
  await sql`create policy own_tenant on ${sql.table(table)}
    using (tenant_id = voicebox_tenant()) with check (tenant_id = voicebox_tenant())`.execute(db)
  await sql`grant select, insert, update, delete on ${sql.table(table)} to voicebox_app`.execute(db)
}

const partitions = 8
