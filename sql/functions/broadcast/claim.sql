-- Which message of a broadcast a channel may send next, and when.

create or replace function kentongan.claim_broadcast(p_channel text, p_ways text[], p_now timestamptz,
                                                     out id bigint, out wait_ms int)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    k kentongan.channels;
    b kentongan.broadcasts;
    v_real timestamptz := clock_timestamp();
    v_lane text;
    v_lanes text[];
    v_next timestamptz;
begin
    if not exists (select 1 from kentongan.broadcasts where status = 'running') then
        return;
    end if;
    select * into k from kentongan.channels where name = p_channel;
    v_lanes := array(select name from kentongan.operators where next_at <= v_real) || '';
    for b in select * from kentongan.broadcasts x
              where x.status = 'running' and x.starts_at <= p_now and (x.ends_at is null or x.ends_at > p_now)
                and not kentongan.quiet_now(x.quiet, p_now)
              order by x.id loop
        if k.next_at > v_real then
            v_next := k.next_at;
            exit;
        end if;
        -- Who pauses or cancels it waits for us; while they are at it we leave it alone.
        continue when not pg_try_advisory_xact_lock_shared(4715, b.id::int);
        continue when not exists (select 1 from kentongan.broadcasts x where x.id = b.id and x.status = 'running');
        select first.id, first.lane into id, v_lane
          from unnest(p_ways) way(via) cross join unnest(v_lanes) l(lane)
          cross join lateral (
                select o.id, o.lane from kentongan.outbox o
                 where o.status = 'queued' and o.broadcast_id = b.id and coalesce(o.via, '') = way.via
                   and coalesce(o.lane, '') = l.lane and o.not_before <= p_now and o.expires_at > p_now
                 order by o.id limit 1 for update skip locked) first
         order by first.id limit 1;
        if id is not null then
            perform kentongan.pace(k, v_lane, v_real);
            return;
        end if;
    end loop;
    -- Something may wait for its operator's turn.
    if v_next is null and found then
        select min(next_at) into v_next from kentongan.operators where next_at > v_real;
    end if;
    wait_ms := case when v_next is not null then greatest(20, least(60000, ceil(extract(epoch from v_next - v_real) * 1000)))::int end;
end $$;
comment on function kentongan.claim_broadcast(text, text[], timestamptz) is
    'The next message of a running broadcast for this channel, by its ways (own, of channels that don''t work, any), and not where its pace, the operator''s pace or quiet hours forbid it; else after how many milliseconds to ask again (null: when woken)';

create or replace function kentongan.pace(k kentongan.channels, p_lane text, p_real timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if k.pace_ms > 0 then
        update kentongan.channels
           set next_at = p_real + k.pace_ms * (1 + k.jitter / 100.0 * (2 * random() - 1)) * interval '1 millisecond'
         where name = k.name;
    end if;
    if p_lane is not null then
        update kentongan.operators
           set next_at = p_real + pace_ms * (1 + k.jitter / 100.0 * (2 * random() - 1)) * interval '1 millisecond'
         where name = p_lane and pace_ms > 0;
    end if;
end $$;
comment on function kentongan.pace(kentongan.channels, text, timestamptz) is
    'A broadcast''s message leaves now: sets when the next may through this channel and to this operator, never evenly (jitter)';

create or replace function kentongan.broadcast_params(p_broadcast bigint, p_member bigint, p_peer text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    select * into strict b from kentongan.broadcasts where id = p_broadcast;
    return jsonb_strip_nulls(coalesce(kentongan.member_params(p_member), kentongan.group_params(b.group_id), '{}') || b.params
        || case when b.wording is null then '{}'
                else jsonb_build_object('text', kentongan.fill(b.wording, p_member,
                    (select fields from kentongan.broadcast_numbers where broadcast_id = b.id and peer = p_peer))) end);
end $$;
comment on function kentongan.broadcast_params(bigint, bigint, text) is
    'What a broadcast''s text says to one recipient, reckoned when it leaves: figures are of now';

create or replace function kentongan.fill(p_wording text, p_member bigint, p_fields jsonb default null) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_text text := p_wording;
    v_name text;
begin
    if not kentongan.has_fields(p_wording) then
        return p_wording;
    end if;
    for v_name in select distinct (regexp_matches(p_wording, '\{([a-z_]+)\}', 'g'))[1] loop
        v_text := replace(v_text, '{' || v_name || '}', coalesce(p_fields ->> v_name, kentongan.field(v_name, p_member), ''));
    end loop;
    return v_text;
end $$;
comment on function kentongan.fill(text, bigint, jsonb) is 'A wording with its fields filled for one recipient: from the file''s columns, else from the books';

create or replace function kentongan.field(p_name text, p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
begin
    select * into m from kentongan.members where id = p_member;
    return case p_name
        when 'nama' then m.short_name
        when 'nomor' then m.number::text
        when 'kelompok' then (select name from kentongan.groups where id = m.group_id)
        when 'saldo_pokok' then kentongan.figure(kentongan.balance(m.group_id, 'pokok', m.id))
        when 'saldo_wajib' then kentongan.figure(kentongan.balance(m.group_id, 'wajib', m.id))
        when 'saldo_sukarela' then kentongan.figure(kentongan.balance(m.group_id, 'sukarela', m.id)) end;
end $$;
comment on function kentongan.field(text, bigint) is 'What a field of a wording says of a member; null for a field that doesn''t exist';
