-- Which message of a broadcast a channel may send next, and when.

create or replace function kentongan.broadcast_rank(p_kind text) returns int
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case p_kind when 'meeting' then 1 when 'reminder' then 2 when 'lesson' then 4 else 3 end;
end $$;
comment on function kentongan.broadcast_rank(text) is 'Which of several broadcasts goes first: what has its hour before what hasn''t';

create or replace function kentongan.ways(p_channel text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return array[p_channel, ''] || array(
        select c.name from kentongan.channels c
         where c.name <> p_channel
           and (not kentongan.channel_works(c) or not kentongan.channel_may_broadcast(c)
                or c.daily_cap > 0 and kentongan.counted('channel', c.name) >= c.daily_cap * 9 / 10));
end $$;
comment on function kentongan.ways(text) is
    'Whose broadcast messages a channel may take: its own first, those of any (the empty name), then those of channels that can''t send theirs now';

create or replace function kentongan.first_of(p_broadcast bigint, p_ways text[], p_lanes text[], p_marks jsonb, p_now timestamptz,
                                              out id bigint, out way text, out lane text)
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- A plan that was made while the outbox was small must do for a million rows.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
#variable_conflict use_column
begin
    -- Way by way, lane by lane, until one is found: no row is locked that isn't taken.
    select first.id, pair.way, pair.lane into id, way, lane
      from (select w.way, l.lane, coalesce((p_marks ->> (w.way || '/' || l.lane))::bigint, 0) as mark
              from unnest(p_ways) with ordinality w(way, n), unnest(p_lanes) with ordinality l(lane, n) order by w.n, l.n) pair
      cross join lateral (
            select o.id from kentongan.outbox o
             where o.status = 'queued' and o.broadcast_id = p_broadcast and coalesce(o.via, '') = pair.way
               and coalesce(o.lane, '') = pair.lane and (o.not_before, o.id) >= ('-infinity'::timestamptz, pair.mark)
               and o.not_before <= p_now and o.expires_at > p_now
             order by o.not_before, o.id limit 1 for update skip locked) first
     limit 1;
end $$;
comment on function kentongan.first_of(bigint, text[], text[], jsonb, timestamptz) is
    'Locks the first message of a broadcast by these ways to these operators, from these marks on, passing over what others hold; a second try stands behind all first ones';

create or replace function kentongan.next_of(p_broadcast bigint, p_ways text[], p_lanes text[], p_now timestamptz,
                                             out id bigint, out lane text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_marks jsonb := coalesce(nullif(current_setting('kentongan.marks', true), ''), '{}')::jsonb;
    v_way text;
begin
    if v_marks -> 'broadcast' is distinct from to_jsonb(p_broadcast) then
        v_marks := jsonb_build_object('broadcast', p_broadcast);
    end if;
    select f.id, f.way, f.lane into id, v_way, lane from kentongan.first_of(p_broadcast, p_ways, p_lanes, v_marks, p_now) f;
    if id is null and v_marks <> jsonb_build_object('broadcast', p_broadcast) then
        -- What was given back stands before the marks.
        select f.id, f.way, f.lane into id, v_way, lane from kentongan.first_of(p_broadcast, p_ways, p_lanes, '{}', p_now) f;
    end if;
    if id is not null then
        perform set_config('kentongan.marks', (v_marks || jsonb_build_object(v_way || '/' || lane, id))::text, false);
    end if;
end $$;
comment on function kentongan.next_of(bigint, text[], text[], timestamptz) is
    'As first_of. The session remembers how far it has come: until vacuum has been there, the index is full of what was sent before';

create or replace function kentongan.claim_broadcast(p_channel text, p_now timestamptz, out id bigint, out wait_ms int)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.channels;
    b kentongan.broadcasts;
    v_real timestamptz := clock_timestamp();
    v_ways text[];
    v_lanes text[];
    v_lane text;
    v_quiet jsonb;
    v_is_quiet boolean;
    v_next timestamptz;
begin
    if not exists (select 1 from kentongan.broadcasts where status = 'running') then
        return;
    end if;
    select * into k from kentongan.channels c where c.name = p_channel;
    if not kentongan.channel_may_broadcast(k) then
        return;
    elsif k.next_at > v_real then
        wait_ms := kentongan.wait_until(k.next_at, v_real);
        return;
    end if;
    v_ways := kentongan.ways(p_channel);
    -- In any order, so that none is always the last.
    v_lanes := array(select o.name from kentongan.operators o where o.pace_ms = 0 or o.next_at <= v_real order by random()) || ''::text;
    for b in select * from kentongan.broadcasts x
              where x.status = 'running' and x.starts_at <= p_now
                and coalesce(x.ends_at, greatest(x.starts_at, x.enqueued_at) + interval '7 days') > p_now
              order by kentongan.broadcast_rank(x.kind), x.id loop
        if b.quiet is distinct from v_quiet then
            v_quiet := b.quiet;
            v_is_quiet := kentongan.quiet_now(b.quiet, p_now);
        end if;
        continue when v_is_quiet;
        -- Who pauses or cancels it waits for us; while they are at it we leave it alone.
        continue when not pg_try_advisory_xact_lock_shared(4715, b.id::int);
        continue when not exists (select 1 from kentongan.broadcasts x where x.id = b.id and x.status = 'running');
        loop
            select f.id, f.lane into id, v_lane from kentongan.next_of(b.id, v_ways, v_lanes, p_now) f;
            exit when id is null;
            -- Who is gone from that number, or wants none any more, gets nothing; of what has been done nobody is reminded.
            continue when kentongan.is_unwanted(id) or b.kind = 'reminder' and kentongan.reminder_is_void(id);
            if kentongan.lane_taken(v_lane, v_real) then
                return;
            end if;
            -- Somebody else is sending to this operator at this moment.
            v_lanes := array_remove(v_lanes, v_lane);
            v_next := v_real + interval '50 milliseconds';
        end loop;
        -- What waits for its operator's turn keeps nothing behind it from leaving.
        select least(v_next, min(o.next_at)) into v_next
          from kentongan.operators o
         where o.next_at > v_real and o.pace_ms > 0
           and exists (select 1 from unnest(v_ways) way, kentongan.outbox x
                        where x.status = 'queued' and x.broadcast_id = b.id and coalesce(x.via, '') = way and coalesce(x.lane, '') = o.name);
    end loop;
    wait_ms := kentongan.wait_until(v_next, v_real);
end $$;
comment on function kentongan.claim_broadcast(text, timestamptz) is
    'The next message of a running broadcast for this channel, where its pace, the operator''s pace and quiet hours allow one; else after how many milliseconds to ask again (null: when woken). Waits for nobody';

create or replace function kentongan.wait_until(p_until timestamptz, p_real timestamptz) returns int
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case when p_until is not null then greatest(20, least(60000, ceil(extract(epoch from p_until - p_real) * 1000))) end;
end $$;
comment on function kentongan.wait_until(timestamptz, timestamptz) is 'Milliseconds until then, neither so few nor so many that asking again costs anything; null for never';

create or replace function kentongan.lane_taken(p_lane text, p_real timestamptz) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select 1 from kentongan.operators where name = p_lane and pace_ms > 0) then
        return true;
    end if;
    perform 1 from kentongan.operators where name = p_lane and next_at <= p_real for update skip locked;
    return found;
end $$;
comment on function kentongan.lane_taken(text, timestamptz) is
    'Whether it is our turn to send to this operator; where it has a pace its row is ours until the transaction ends (pace)';

create or replace function kentongan.pace(p_channel text, p_outbox bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_jitter int;
begin
    update kentongan.channels
       set next_at = clock_timestamp() + pace_ms * (1 + jitter / 100.0 * (2 * random() - 1)) * interval '1 millisecond'
     where name = p_channel and pace_ms > 0 returning jitter into v_jitter;
    update kentongan.operators o
       set next_at = clock_timestamp() + o.pace_ms * (1 + coalesce(v_jitter, 25) / 100.0 * (2 * random() - 1)) * interval '1 millisecond'
      from kentongan.outbox x
     where x.id = p_outbox and o.name = x.lane and o.pace_ms > 0;
end $$;
comment on function kentongan.pace(text, bigint) is
    'A broadcast''s message was taken: sets when the next may leave through this channel and to its operator, never evenly (jitter)';

create or replace function kentongan.listen_first(p_channel text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.channels set next_at = clock_timestamp() + interval '500 milliseconds'
     where name = p_channel and pace_ms > 0 and next_at < clock_timestamp() + interval '500 milliseconds';
end $$;
comment on function kentongan.listen_first(text) is
    'A broadcast''s message has left: before the next the channel reads what came in while it was sending, so that no question waits for two';

create or replace function kentongan.broadcast_params(p_broadcast bigint, p_member bigint, p_peer text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
    v_own jsonb;
begin
    select * into strict b from kentongan.broadcasts where id = p_broadcast;
    v_own := case when b.kind = 'reminder' then kentongan.reminder_params(b, p_member) else '{}' end;
    return jsonb_strip_nulls(coalesce(case when p_member is not null then kentongan.member_params(p_member) end, kentongan.group_params(b.group_id), '{}') || b.params || v_own
        || case when b.wording is null then '{}'
                else jsonb_build_object('text', kentongan.fill(b.wording, p_member, coalesce(v_own -> 'fields',
                    (select fields from kentongan.broadcast_numbers where broadcast_id = b.id and peer = p_peer)))) end);
end $$;
comment on function kentongan.broadcast_params(bigint, bigint, text) is
    'What a broadcast''s text says to one recipient, reckoned when it leaves: figures are of now';
