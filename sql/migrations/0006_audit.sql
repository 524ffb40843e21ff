-- The audit log and its chain.

create table kentongan.audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    action text not null,
    subject text not null default '',
    group_id bigint,
    message_id bigint,
    details jsonb not null default '{}',
    txid xid8 not null default pg_current_xact_id()
);
create index audit_log_group on kentongan.audit_log (group_id, id);
comment on table kentongan.audit_log is 'Every message, decision, refusal, change of settings and operator''s verb. Append-only';
comment on column kentongan.audit_log.txid is 'Writing transaction: the chain links a row only once all older transactions have ended';

create table kentongan.audit_chain (
    sequence bigint primary key,
    audit_id bigint not null unique references kentongan.audit_log,
    hash bytea not null check (length(hash) = 32)
);
comment on table kentongan.audit_chain is 'hash = SHA-256(hash of the link before || canonical text of the row); links are written in batches, off the hot path';

create table kentongan.audit_seals (
    sequence bigint primary key references kentongan.audit_chain,
    key_id text not null,
    public_key bytea not null check (length(public_key) = 32),
    signature bytea not null check (length(signature) = 64),
    at timestamptz not null default clock_timestamp()
);
comment on table kentongan.audit_seals is 'Ed25519 signatures over sequence and hash of the chain''s head';

create trigger audit_log_immutable before update or delete on kentongan.audit_log
    for each row execute function kentongan.refuse_change();
create trigger audit_log_kept before truncate on kentongan.audit_log
    for each statement execute function kentongan.refuse_change();
create trigger audit_chain_immutable before update or delete on kentongan.audit_chain
    for each row execute function kentongan.refuse_change();
create trigger audit_chain_kept before truncate on kentongan.audit_chain
    for each statement execute function kentongan.refuse_change();
create trigger audit_seals_immutable before update or delete on kentongan.audit_seals
    for each row execute function kentongan.refuse_change();
create trigger audit_seals_kept before truncate on kentongan.audit_seals
    for each statement execute function kentongan.refuse_change();

create view kentongan.audit_canonical with (security_invoker = true) as
select id,
       concat_ws(E'\x1f', id::text,
                 to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 actor, action, subject, coalesce(group_id::text, '-'),
                 coalesce(message_id::text, '-'), details::text) as text
  from kentongan.audit_log;
comment on view kentongan.audit_canonical is 'The text of a row that the chain hashes: fields joined by the unit separator';

-- Changes of who is who are audited wherever they come from.
create function kentongan.audit_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) else '{}' end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) else '{}' end;
    v_changed jsonb;
begin
    select jsonb_object_agg(k, jsonb_build_array(v_old -> k, v_new -> k)) into v_changed
      from (select jsonb_object_keys(v_old || v_new) as k) keys
     where v_old -> k is distinct from v_new -> k
       and k not in ('receipts', 'wrong_codes');
    if v_changed is not null then
        insert into kentongan.audit_log (actor, action, subject, group_id, details)
        values (coalesce(nullif(current_setting('kentongan.actor', true), ''), session_user),
                lower(tg_op) || '.' || tg_table_name,
                coalesce(v_new ->> 'id', v_old ->> 'id', v_new ->> 'member_id', v_old ->> 'member_id', ''),
                coalesce(v_new ->> 'group_id', v_old ->> 'group_id')::bigint, v_changed);
    end if;
    return null;
end $$;
comment on function kentongan.audit_change() is 'Writes what changed in a row of people or settings to the audit log';

create trigger groups_audit after insert or update or delete on kentongan.groups
    for each row execute function kentongan.audit_change();
create trigger members_audit after insert or update or delete on kentongan.members
    for each row execute function kentongan.audit_change();
create trigger member_phones_audit after insert or update or delete on kentongan.member_phones
    for each row execute function kentongan.audit_change();
create trigger officers_audit after insert or update or delete on kentongan.officers
    for each row execute function kentongan.audit_change();
create trigger block_list_audit after insert or update or delete on kentongan.block_list
    for each row execute function kentongan.audit_change();
