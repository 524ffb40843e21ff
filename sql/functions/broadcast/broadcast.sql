-- A broadcast's life: prepared, agreed to, enqueued in one statement, sent, over.

create or replace function kentongan.quiet_now(p_quiet jsonb, p_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (
        select 1 from jsonb_to_recordset(p_quiet) as q(zone text, "from" time, until time),
             lateral (select (p_at at time zone q.zone)::time as t) x
         where case when q."from" <= q.until then t >= q."from" and t < q.until else t >= q."from" or t < q.until end);
end $$;
comment on function kentongan.quiet_now(jsonb, timestamptz) is 'Whether any of these quiet hours ({zone, from, until}) holds; those over midnight as well';

create or replace function kentongan.quiet_over(p_quiet jsonb, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if not kentongan.quiet_now(p_quiet, p_at) then
        return p_at;
    end if;
    -- It ends where one of them ends, if none of the others holds then.
    return (select min(t.t)
              from jsonb_to_recordset(p_quiet) as q(zone text, until time),
                   generate_series(0, 2) as n,
                   lateral (select (((p_at at time zone q.zone)::date + n) + q.until) at time zone q.zone as t) t
             where t.t > p_at and not kentongan.quiet_now(p_quiet, t.t));
end $$;
comment on function kentongan.quiet_over(jsonb, timestamptz) is
    'The first moment from then on at which it isn''t quiet; null where the quiet hours of several zones leave none';

create or replace function kentongan.quiet_of(p_groups bigint[]) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(q), '[]')
      from (select distinct jsonb_build_object('zone', timezone, 'from', quiet_from, 'until', quiet_until) as q
              from kentongan.groups where id = any (p_groups) and quiet_from <> quiet_until) x
$$;
comment on function kentongan.quiet_of(bigint[]) is 'The quiet hours of these groups, each kind once';

create or replace function kentongan.broadcast_new(
    p_group bigint, p_kind text, p_template text, p_params jsonb, p_wording text, p_audience jsonb, p_creator bigint, p_actor text,
    p_starts timestamptz default null, p_ends timestamptz default null, p_class text default 'broadcast') returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
    v_groups bigint[] := case when p_audience ? 'groups' then array(select jsonb_array_elements_text(p_audience -> 'groups')::bigint)
                              else array(select id from kentongan.groups
                                          where not p_audience ? 'numbers'
                                            and (not p_audience ? 'kecamatan' or lower(kecamatan) = lower(p_audience ->> 'kecamatan'))) end;
begin
    insert into kentongan.broadcasts (group_id, kind, class, template, params, wording, audience, created_at, created_by, actor,
                                      starts_at, ends_at, quiet)
    values (p_group, p_kind, p_class, p_template, p_params, p_wording, p_audience, kentongan.now(), p_creator, p_actor,
            coalesce(p_starts, kentongan.now()), p_ends,
            case when p_audience ? 'numbers' then '[{"zone": "Asia/Jakarta", "from": "20:00", "until": "06:00"}]'
                 else kentongan.quiet_of(v_groups) end)
    returning * into b;
    return b;
end $$;
comment on function kentongan.broadcast_new(bigint, text, text, jsonb, text, jsonb, bigint, text, timestamptz, timestamptz, text) is
    'Prepares a broadcast (draft): nothing is sent before broadcast_start';

create or replace function kentongan.lane_of(p_peer text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select o.name from kentongan.operators o, unnest(o.prefixes) prefix
             where starts_with(p_peer, prefix) order by length(prefix) desc limit 1);
end $$;
comment on function kentongan.lane_of(text) is 'The operator of a number as the configuration knows it; null where it doesn''t';

create or replace function kentongan.broadcast_enqueue(p_id bigint) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
    v_now timestamptz := kentongan.now();
    v_sent int;
    v_skipped int;
    v_head int;
begin
    select * into strict b from kentongan.broadcasts where id = p_id for update;
    if b.status <> 'waiting' then
        return 0;
    end if;
    select coalesce(max(length(prefix)), 0) into v_head
      from (select unnest(prefixes) from kentongan.channels union all select unnest(prefixes) from kentongan.operators) x(prefix);
    with who as materialized (select * from kentongan.recipients(b)),
    -- Way and operator show in a number's beginning; of beginnings there are few.
    heads as materialized (
        select head, kentongan.route(head) as via, kentongan.lane_of(head) as lane
          from (select distinct left(peer, v_head) as head from who where skip is null) x),
    skipped as (
        insert into kentongan.broadcast_skips (broadcast_id, peer, member_id, reason)
        select b.id, coalesce(peer, ''), member_id, skip from who where skip is not null returning 1),
    queued as (
        insert into kentongan.outbox (peer, template, params, lang, class, priority, via, lane, expires_at, created_at,
                                      member_id, group_id, broadcast_id)
        select w.peer, b.template, '{}', w.lang::kentongan.lang, b.class, 9, h.via, h.lane,
               coalesce(b.ends_at, greatest(b.starts_at, v_now) + interval '7 days'), v_now, w.member_id, w.group_id, b.id
          from who w join heads h on h.head = left(w.peer, v_head) where w.skip is null
         order by w.peer, w.member_id returning 1)
    select (select count(*) from queued), (select count(*) from skipped) into v_sent, v_skipped;
    update kentongan.broadcasts set status = 'running', total = v_sent, skipped = v_skipped, enqueued_at = v_now where id = b.id;
    insert into kentongan.broadcast_counts (broadcast_id, became, n)
    select b.id, 'queued', v_sent
    union all
    select b.id, 'skipped ' || reason, count(*) from kentongan.broadcast_skips where broadcast_id = b.id group by reason;
    return v_sent;
end $$;
comment on function kentongan.broadcast_enqueue(bigint) is
    'All messages of a broadcast into the outbox, in one statement; returns how many. Those that are skipped are listed with the reason';

create or replace function kentongan.broadcast_too_large(b kentongan.broadcasts) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.requests where id = b.request_id and kind = 'broadcast')
       and (select count(*) from kentongan.recipients(b) where skip is null)
           > (select broadcast_second_above from kentongan.groups where id = b.group_id);
end $$;
comment on function kentongan.broadcast_too_large(kentongan.broadcasts) is
    'Whether one officer alone agreed to what by now goes to more than the group lets one officer send to';

create or replace function kentongan.broadcast_hold(b kentongan.broadcasts, p_now timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.broadcasts set status = 'cancelled', finished_at = p_now, reported_at = p_now where id = b.id;
    perform kentongan.tell(b.created_by, 'siaran_grown', kentongan.group_params(b.group_id)
                           || jsonb_build_object('code', kentongan.broadcast_code(b)));
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values ('service', 'broadcast.cancelled', 'S-' || b.id, b.group_id, '{"why": "grown"}');
end $$;
comment on function kentongan.broadcast_hold(kentongan.broadcasts, timestamptz) is
    'Its time has come, but by now it needs a second officer: ended, who asked for it is told';

create or replace function kentongan.broadcast_start(p_id bigint) returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    update kentongan.broadcasts set status = 'waiting' where id = p_id and status = 'draft';
    select * into strict b from kentongan.broadcasts where id = p_id;
    if b.starts_at <= kentongan.now() then
        perform kentongan.broadcast_enqueue(p_id);
        perform kentongan.broadcast_close(p_id);
        perform kentongan.wake();
    end if;
    select * into strict b from kentongan.broadcasts where id = p_id;
    return b;
end $$;
comment on function kentongan.broadcast_start(bigint) is 'It was agreed to: enqueues it, or lets the leader do so when its time has come';

create or replace function kentongan.broadcast_set(p_id bigint, p_status text, p_actor text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    -- Waits for claims that are under way: after this commits none is taken.
    perform pg_advisory_xact_lock(4715, p_id::int);
    select * into strict b from kentongan.broadcasts where id = p_id for update;
    if b.status not in ('waiting', 'running', 'paused') and not (b.status = 'draft' and p_status = 'cancelled') then
        return 'broadcast_over';
    elsif p_status = 'paused' and b.status = 'paused' or p_status = 'running' and b.status <> 'paused' then
        return 'broadcast_same';
    elsif p_status = 'running' and kentongan.stood_still(b, kentongan.now()) then
        perform kentongan.broadcast_end(b, kentongan.now());
        return 'broadcast_over';
    end if;
    update kentongan.broadcasts
       set status = case when p_status = 'running' and enqueued_at is null then 'waiting' else p_status end,
           paused_at = case when p_status = 'paused' then kentongan.now() end,
           finished_at = case when p_status = 'cancelled' then kentongan.now() end
     where id = p_id;
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values (p_actor, 'broadcast.' || p_status, 'S-' || b.id, b.group_id, jsonb_build_object('before', b.status));
    if p_status = 'running' then
        perform kentongan.wake();
    end if;
    return 'broadcast_' || p_status;
end $$;
comment on function kentongan.broadcast_set(bigint, text, text) is
    'paused, running (again) or cancelled: at once, no message is taken for sending after it. Returns the outcome''s name, broadcast_same or broadcast_over where it can''t be';

create or replace function kentongan.broadcast_close(p_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    if exists (select 1 from kentongan.outbox where broadcast_id = p_id and status = 'queued') then
        return false;
    end if;
    -- Of the last two, that end at the same moment, neither sees the other end.
    perform pg_advisory_xact_lock(4717, p_id::int);
    if exists (select 1 from kentongan.outbox where broadcast_id = p_id and status = 'sending')
       or exists (select 1 from kentongan.outbox where broadcast_id = p_id and status = 'queued') then
        return false;
    end if;
    update kentongan.broadcasts set status = 'done', finished_at = kentongan.now()
     where id = p_id and status = 'running' returning * into b;
    if not found then
        return false;
    end if;
    perform kentongan.broadcast_report(b);
    return true;
end $$;
comment on function kentongan.broadcast_close(bigint) is
    'Where nothing of a running broadcast waits or is being sent it is done, and who sent it gets the report; once';

create or replace function kentongan.broadcast_due(b kentongan.broadcasts, p_now timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int := 0;
begin
    if b.status = 'waiting' and b.starts_at <= p_now and kentongan.broadcast_too_large(b) then
        perform kentongan.broadcast_hold(b, p_now);
        v_n := v_n + 1;
    elsif b.status = 'waiting' and b.starts_at <= p_now then
        v_n := v_n + kentongan.broadcast_enqueue(b.id);
    end if;
    if not kentongan.broadcast_close(b.id) and not kentongan.quiet_now(b.quiet, p_now) then
        v_n := v_n + (b.status = 'running')::int;
    end if;
    return v_n;
end $$;
comment on function kentongan.broadcast_due(kentongan.broadcasts, timestamptz) is
    'Enqueues one whose time has come, closes one that is over; returns more than 0 where channels must look';

create or replace function kentongan.broadcasts_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
    v_now timestamptz := kentongan.now();
    v_n int := 0;
begin
    perform kentongan.broadcasts_end(v_now);
    for b in select * from kentongan.broadcasts where status in ('waiting', 'running') order by id loop
        begin
            v_n := v_n + kentongan.broadcast_due(b, v_now);
        exception when others then
            perform kentongan.timed_failed('broadcasts_due', 'S-' || b.id, sqlstate, sqlerrm);
        end;
    end loop;
    for b in select * from kentongan.broadcasts
              where status = 'cancelled' and enqueued_at is not null and reported_at is null
                 or status = 'running' and ends_at <= v_now order by id loop
        begin
            v_n := v_n + kentongan.broadcast_sweep(b);
        exception when others then
            perform kentongan.timed_failed('broadcasts_due', 'S-' || b.id, sqlstate, sqlerrm);
        end;
    end loop;
    perform kentongan.broadcast_counts_fold();
    return v_n;
end $$;
comment on function kentongan.broadcasts_due() is
    'Each minute: ends what nobody wants any more, enqueues what is due, closes and reports what is over, each by itself; returns more than 0 where channels must look';

create or replace function kentongan.stood_still(b kentongan.broadcasts, p_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- One that is paused before its time may still go on in time.
    return b.status = 'paused'
       and greatest(b.paused_at, b.starts_at) <= p_at - case when b.group_id is null then interval '7 days' else interval '1 day' end;
end $$;
comment on function kentongan.stood_still(kentongan.broadcasts, timestamptz) is
    'Whether it has been paused so long that it is over: news of last week helps nobody. A day from when it stood still, or should have begun; the operator''s a week';

create or replace function kentongan.broadcast_end(b kentongan.broadcasts, p_now timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    -- One that stands still at its end is over as one under way.
    if b.status = 'paused' and b.enqueued_at is not null and b.ends_at <= p_now then
        update kentongan.broadcasts set status = 'running' where id = b.id and status = b.status;
        return;
    end if;
    update kentongan.broadcasts set status = 'cancelled', finished_at = p_now where id = b.id and status = b.status;
    if not found or b.status <> 'paused' then
        return;
    end if;
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values ('service', 'broadcast.cancelled', 'S-' || b.id, b.group_id, '{"before": "paused"}');
    -- What was under way has its report; of this there is nothing to report.
    if b.enqueued_at is null and b.created_by is not null then
        update kentongan.broadcasts set reported_at = p_now where id = b.id;
        perform kentongan.tell(b.created_by, 'siaran_dropped', kentongan.group_params(b.group_id)
                               || jsonb_build_object('code', kentongan.broadcast_code(b)));
    end if;
end $$;
comment on function kentongan.broadcast_end(kentongan.broadcasts, timestamptz) is
    'Ends one that came to nothing, has reached its end or has stood still for too long; who sent it hears of the last';

create or replace function kentongan.broadcasts_end(p_now timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    perform kentongan.broadcast_drop(x.id) from kentongan.broadcasts x
      where x.status = 'draft' and x.request_id is null and x.meeting_id is null and x.created_at < p_now - interval '1 day' limit 1000;
    for b in select * from kentongan.broadcasts x
              where x.status = 'draft' and x.request_id is not null
                    and (select r.status in ('cancelled', 'expired', 'rejected') from kentongan.requests r where r.id = x.request_id)
                 or x.status in ('waiting', 'paused') and (x.ends_at <= p_now or kentongan.stood_still(x, p_now))
              order by id loop
        begin
            perform kentongan.broadcast_end(b, p_now);
        exception when others then
            perform kentongan.timed_failed('broadcasts_due', 'S-' || b.id, sqlstate, sqlerrm);
        end;
    end loop;
end $$;
comment on function kentongan.broadcasts_end(timestamptz) is
    'Drops drafts whose request was cancelled, rejected or has expired, or that a desk left behind a day ago, and ends what has reached its end without being sent, or has stood still for a day (the operator''s: a week)';

create or replace function kentongan.broadcast_sweep(b kentongan.broadcasts) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    with old as (select o.id from kentongan.outbox o where o.status = 'queued' and o.broadcast_id = b.id
                  limit 100000 for update skip locked)
    update kentongan.outbox o
       set status = case b.status when 'cancelled' then 'cancelled' else 'expired' end, finished_at = clock_timestamp(),
           error = case b.status when 'running' then 'too old to be useful' end
      from old where o.id = old.id;
    if b.status = 'running' then
        return kentongan.broadcast_close(b.id)::int;
    elsif exists (select 1 from kentongan.outbox where broadcast_id = b.id and status = 'queued')
          or exists (select 1 from kentongan.outbox where broadcast_id = b.id and status = 'sending') then
        return 0;
    end if;
    perform kentongan.broadcast_report(b);
    return 1;
end $$;
comment on function kentongan.broadcast_sweep(kentongan.broadcasts) is
    'Takes what waits of a broadcast that is cancelled or at its end out of the queue, so many at a time; when it is empty it is reported. Returns whether it was';
