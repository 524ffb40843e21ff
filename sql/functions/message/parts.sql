create or replace function api.store_part(p_transport text, p_channel text, p_peer text, p_reference int,
                                          p_reference_bits int, p_total int, p_sequence int, p_sent_at bigint,
                                          p_sealed bytea, p_wait int)
returns table (part_set bigint, complete boolean, sequence int, sent_at bigint, sealed bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_set kentongan.part_sets;
begin
    -- Two modems may receive two parts of one message at the same moment.
    perform pg_advisory_xact_lock(4713, hashtext(p_peer || ':' || p_reference || ':' || p_total));
    -- The same part again, of a message that is waiting or was handled before.
    if exists (select 1 from kentongan.part_sets s join kentongan.message_parts q on q.set_id = s.id
                where s.peer = p_peer and s.reference = p_reference and s.total = p_total
                  and s.reference_bits = p_reference_bits
                  and q.sequence = p_sequence and q.sent_at = p_sent_at and s.message_id is not null) then
        return;
    end if;
    -- The rest of a message that was handled without it: its sender has been told.
    insert into kentongan.message_parts (set_id, sequence, sent_at, sealed)
    select s.id, p_sequence, p_sent_at, null from kentongan.part_sets s
     where s.peer = p_peer and s.reference = p_reference and s.total = p_total
       and s.reference_bits = p_reference_bits and s.message_id is not null
       and (select count(*) from kentongan.message_parts q where q.set_id = s.id) < s.total
       and not exists (select 1 from kentongan.message_parts q
                        where q.set_id = s.id and (q.sequence = p_sequence or abs(q.sent_at - p_sent_at) > 900))
     order by s.id desc limit 1;
    if found then
        return;
    end if;
    select * into v_set from kentongan.part_sets s
     where s.peer = p_peer and s.reference = p_reference and s.total = p_total
       and s.reference_bits = p_reference_bits and s.message_id is null
       -- A phone uses a reference again while an older message still lacks parts: never mix the two.
       and not exists (select 1 from kentongan.message_parts q
                        where q.set_id = s.id
                          and (q.sequence = p_sequence and q.sent_at <> p_sent_at
                               or abs(q.sent_at - p_sent_at) > 3600))
     order by s.id desc limit 1 for update;
    if v_set.id is null then
        insert into kentongan.part_sets (transport, channel, peer, reference, reference_bits, total, due_at)
        values (p_transport, p_channel, p_peer, p_reference, p_reference_bits, p_total,
                clock_timestamp() + make_interval(secs => p_wait))
        returning * into v_set;
    end if;
    insert into kentongan.message_parts (set_id, sequence, sent_at, sealed)
    values (v_set.id, p_sequence, p_sent_at, p_sealed)
    on conflict do nothing;
    return query
    select v_set.id, true, q.sequence, q.sent_at, q.sealed from kentongan.message_parts q
     where q.set_id = v_set.id
       and (select count(*) from kentongan.message_parts n where n.set_id = v_set.id) = v_set.total
     order by q.sequence;
    if not found then
        return query select v_set.id, false, null::int, null::bigint, null::bytea;
    end if;
end $$;
comment on function api.store_part(text, text, text, int, int, int, int, bigint, bytea, int) is
    'Keeps a part; once all are there returns them in order, so that the caller can join and handle the whole. No row: the part belongs to a message that was handled before';

create or replace function api.stale_parts()
returns table (part_set bigint, transport text, channel text, peer text, total int, sequence int, sent_at bigint, sealed bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.id, s.transport, s.channel, s.peer, s.total, q.sequence, q.sent_at, q.sealed
      from (select * from kentongan.part_sets where message_id is null and due_at < clock_timestamp()
             order by id limit 20) s
      join kentongan.message_parts q on q.set_id = s.id
     order by s.id, q.sequence
$$;
comment on function api.stale_parts() is 'Parts of messages whose rest never came, or that were complete when the gateway died: to be handled as they are';
