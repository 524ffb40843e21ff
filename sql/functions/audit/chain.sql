create or replace function api.audit_link(p_batch int) returns table (sequence bigint, hash bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_sequence bigint;
    v_hash bytea;
    v_from bigint;
    v_before bigint;
    r record;
begin
    perform pg_advisory_xact_lock(4712, 2);
    select c.sequence, c.hash into v_sequence, v_hash from kentongan.audit_chain c order by c.sequence desc limit 1;
    v_sequence := coalesce(v_sequence, 0);
    v_hash := coalesce(v_hash, sha256('kentongan audit chain'));
    v_before := v_sequence;
    -- Only rows of transactions that are over for everyone: an older id may
    -- still be under way, a chain that skipped it could never take it in.
    for r in
        select l.id, l.text
          from kentongan.audit_canonical l join kentongan.audit_log a using (id)
         where a.txid < pg_snapshot_xmin(pg_current_snapshot())
           and not exists (select 1 from kentongan.audit_chain c where c.audit_id = l.id)
           and l.id > coalesce((select max(s.audit_id) from kentongan.audit_chain s
                                 where s.sequence <= v_sequence - 10000), 0)
         order by l.id limit p_batch
    loop
        v_sequence := v_sequence + 1;
        v_hash := sha256(v_hash || convert_to(r.text, 'UTF8'));
        insert into kentongan.audit_chain (sequence, audit_id, hash) values (v_sequence, r.id, v_hash);
    end loop;
    -- A head that was linked but not signed (the caller died) comes back too.
    if v_sequence > v_before
       or v_sequence > 0 and not exists (select 1 from kentongan.audit_seals s where s.sequence = v_sequence) then
        return query select v_sequence, v_hash;
    end if;
end $$;
comment on function api.audit_link(int) is
    'Links the next audit rows into the hash chain, each once; returns the new head for the caller to sign, nothing where all are linked and the head is signed. Rows that commit late are linked late: looks 10,000 links back';

create or replace function api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_seals (sequence, key_id, public_key, signature)
    values (p_sequence, p_key_id, p_public_key, p_signature) on conflict do nothing
$$;
comment on function api.audit_seal(bigint, text, bytea, bytea) is 'Keeps the service''s signature of the chain''s head';

create or replace function api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values (p_actor, p_action, p_subject, p_group, coalesce(p_details, '{}')) returning id
$$;
comment on function api.audit_note(text, text, text, bigint, jsonb) is 'One record: for operator''s verbs and the service''s own decisions';
