import { type Kysely, sql } from 'kysely'

/**
 * Lets the application delete audit rows, and only those that nobody keeps any more: of the tenant that its transaction names, older
 * than 30 days whatever it asks for, some thousand at a time. It is still granted neither `delete` nor `update`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function voicebox_drop_audit(older_than_days integer, at_most integer) returns integer
    language plpgsql security definer set search_path from current as $$
    declare dropped integer;
    begin
      if older_than_days < 30 then raise exception 'The audit log is kept for 30 days at least'; end if;
      delete from audit_logs where tenant_id = voicebox_tenant() and id in (
        select id from audit_logs where tenant_id = voicebox_tenant() and at < now() - make_interval(days => older_than_days)
        order by at limit least(at_most, 10000));
      get diagnostics dropped = row_count;
      return dropped;
    end $$`.execute(db)
  await sql`revoke all on function voicebox_drop_audit(integer, integer) from public`.execute(db)
  await sql`grant execute on function voicebox_drop_audit(integer, integer) to voicebox_app`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop function voicebox_drop_audit(integer, integer)`.execute(db)
}
