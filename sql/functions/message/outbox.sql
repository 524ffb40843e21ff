create or replace function kentongan.channel_spent(p_channel text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.channels where name = p_channel and daily_cap > 0
                      and kentongan.counted('channel', p_channel) >= daily_cap);
end $$;
comment on function kentongan.channel_spent(text) is 'Whether a channel has sent its day''s share';

create or replace function kentongan.claim(p_channel text, p_message bigint default null)
returns setof kentongan.claimed
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_mine text[];
    v_cap int;
    v_sent bigint;
    v_id bigint;
    v_wait int;
    v_paced boolean := false;
begin
    select daily_cap into v_cap from kentongan.channels where name = p_channel;
    -- What is out counts, too: a channel may hold several.
    v_sent := case when v_cap > 0 then kentongan.counted('channel', p_channel)
                   + (select count(*) from kentongan.outbox where status = 'sending' and channel = p_channel) else 0 end;
    if v_cap > 0 and v_sent >= v_cap then
        return;
    end if;
    if p_message is not null then
        select id into v_id from kentongan.outbox
         where message_id = p_message and status = 'queued' and (via = p_channel or via is null)
         order by priority, id limit 1 for update skip locked;
    else
        -- A channel that is down, or has sent its day's share, leaves its messages to the others.
        select array_agg(name) into v_mine from kentongan.channels c
         where name = p_channel or not kentongan.channel_works(c)
            or c.daily_cap > 0 and kentongan.counted('channel', c.name) >= c.daily_cap;
        -- The first of each way, by index; of these the most urgent.
        select first.id into v_id
          from unnest(array_append(v_mine, '')) as way(via)
          cross join lateral (
                select id, priority from kentongan.outbox
                 where status = 'queued' and coalesce(via, '') = way.via and not_before <= v_now and expires_at > v_now
                   and broadcast_id is null
                   -- The last tenth of a modem's day belongs to answers and receipts.
                   and (priority < 5 or v_cap is null or v_cap = 0 or v_sent < v_cap * 9 / 10)
                 order by priority, id limit 1 for update skip locked) first
         order by first.priority, first.id limit 1;
        if v_id is null and (coalesce(v_cap, 0) = 0 or v_sent < v_cap * 9 / 10) then
            select b.id, b.wait_ms into v_id, v_wait from kentongan.claim_broadcast(p_channel, v_now) b;
            if v_id is null and v_wait is not null then
                return next row(null, null, null, null, null, null, null, null, null, v_wait)::kentongan.claimed;
                return;
            end if;
            v_paced := v_id is not null;
        end if;
    end if;
    return query
    update kentongan.outbox o
       set status = 'sending', channel = p_channel, attempts = o.attempts + 1, claimed_at = clock_timestamp()
     where o.id = v_id
     returning o.id, o.peer, o.template,
               case when o.broadcast_id is null then o.params else kentongan.broadcast_params(o.broadcast_id, o.member_id, o.peer) end,
               o.lang::text, o.class, o.attempts, greatest(5, extract(epoch from o.expires_at - v_now) / 60)::int,
               -- Kannel's reports also tell whether a try of which nobody knew had left.
               o.class in ('receipt', 'notice', 'broadcast') or p_channel like 'kannel:%', null::int;
    if v_paced then
        perform kentongan.pace(p_channel, v_id);
    end if;
end $$;
comment on function kentongan.claim(text, bigint) is
    'Takes the most urgent message that this channel may send (of one inbound message where given) and marks it `sending`; skips what others hold. Broadcasts come after everything else; a row without id says in wait_ms when one may go on';

create or replace function api.outbox_claim(p_channel text)
returns table (id bigint, peer text, template text, params jsonb, lang text, class text, attempt int,
               validity_minutes int, report boolean, wait_ms int)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select * from kentongan.claim(p_channel)
$$;
comment on function api.outbox_claim(text) is 'The next message for a channel, now in state `sending`; no row where there is none';

create or replace function kentongan.masked(p_params jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when p_params ? 'otp' then p_params || '{"otp": "****"}' else p_params end);
end $$;
comment on function kentongan.masked(jsonb) is 'Parameters without the one-time code: what stays once the message has left';

create or replace function kentongan.finish(p_id bigint, p_status text, p_body text, p_parts int, p_error text) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    update kentongan.outbox
       set status = p_status, finished_at = clock_timestamp(), body = coalesce(nullif(p_body, ''), body), parts = p_parts,
           error = nullif(p_error, ''), params = kentongan.masked(params)
     where id = p_id
$$;
comment on function kentongan.finish(bigint, text, text, int, text) is 'Ends an outbox row''s life; its one-time code is forgotten';

create or replace function kentongan.retry(p_id bigint, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
    v_pause interval;
begin
    select * into strict o from kentongan.outbox where id = p_id;
    v_pause := least(interval '2 hours', interval '5 seconds' * power(3, least(o.attempts, 8) - 1));
    if kentongan.now() + v_pause >= o.expires_at then
        perform kentongan.finish(p_id, 'expired', o.body, o.parts, p_error);
    else
        update kentongan.outbox set status = 'queued', not_before = kentongan.now() + v_pause, channel = null, tried = channel,
                                    error = nullif(p_error, '')
         where id = p_id;
    end if;
end $$;
comment on function kentongan.retry(bigint, text) is 'Back into the queue after a growing pause (5 s, 15 s, 45 s … 2 h), or expired where that would be too late';

create or replace function kentongan.audit_failure(p_id bigint) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    select coalesce(o.channel, 'service'), 'send.failed', o.peer, o.group_id, o.message_id,
           jsonb_build_object('outbox', o.id, 'template', o.template, 'error', o.error)
      from kentongan.outbox o where o.id = p_id
$$;
comment on function kentongan.audit_failure(bigint) is 'Notes in the audit log that a message couldn''t be sent, and why';

create or replace function kentongan.settle(p_id bigint, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if (select kentongan.report_word(channel, id, attempts) is not null from kentongan.outbox where id = p_id) then
        perform kentongan.finish(p_id, 'uncertain', null, null, p_error);
        perform kentongan.heed_reports(p_id);
    elsif (select class in ('reminder', 'broadcast') from kentongan.outbox where id = p_id) then
        perform kentongan.finish(p_id, 'uncertain', null, null, p_error);
    elsif (select attempts >= 12 from kentongan.outbox where id = p_id) then
        -- Each try may have cost an SMS: somebody must look.
        perform kentongan.finish(p_id, 'failed', null, null, p_error);
        perform kentongan.audit_failure(p_id);
    else
        perform kentongan.retry(p_id, p_error);
    end if;
end $$;
comment on function kentongan.settle(bigint, text) is
    'A message of which nobody knows whether it left: where a report tells, that counts; else answers and receipts go again, broadcasts never';

create or replace function api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts int,
                                             p_references int[], p_body text, p_error text, p_next boolean)
returns table (id bigint, peer text, template text, params jsonb, lang text, class text, attempt int,
               validity_minutes int, report boolean, wait_ms int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_attempt int;
    v_broadcast bigint;
    v_client bigint;
    -- Kannel's come by our own numbers, perhaps before this.
    v_reports boolean := p_channel like 'kannel:%';
begin
    select o.attempts, o.broadcast_id, o.client_id into v_attempt, v_broadcast, v_client from kentongan.outbox o
     where o.id = p_id and o.channel = p_channel and o.status = 'sending' for update;
    if found then
        case p_outcome
            when 'sent' then
                perform kentongan.finish(p_id, 'sent', p_body, p_parts, p_error);
                insert into kentongan.outbox_parts (outbox_id, attempt, part, channel, reference)
                select p_id, v_attempt, r.n, p_channel, r.mr
                  from unnest(p_references) with ordinality as r(mr, n)
                on conflict do nothing;
                perform kentongan.count_sent(p_channel, greatest(p_parts, 1), v_broadcast is not null or v_client is not null);
                if v_reports then
                    perform kentongan.heed_reports(p_id);
                end if;
                -- From here on the others send what waits for this channel.
                if kentongan.channel_spent(p_channel) then
                    perform kentongan.wake();
                end if;
            when 'temporary' then perform kentongan.retry(p_id, p_error);
            when 'permanent' then
                perform kentongan.finish(p_id, 'failed', p_body, p_parts, p_error);
                perform kentongan.audit_failure(p_id);
            when 'uncertain' then
                -- A report may still tell that it left: then this was its text.
                update kentongan.outbox o set body = nullif(p_body, ''), parts = nullif(p_parts, 0) where o.id = p_id;
                perform kentongan.settle(p_id, p_error);
            when 'not_tried' then
                update kentongan.outbox o set status = 'queued', channel = null, attempts = greatest(o.attempts - 1, 0)
                 where o.id = p_id;
                -- The try before may have left after all, as was told meanwhile.
                if v_reports and v_attempt > 1 then
                    perform kentongan.heed_reports(p_id);
                end if;
            else raise exception 'unknown outcome %', p_outcome;
        end case;
    end if;
    -- Kannel's channels hear while they send.
    if v_broadcast is not null and not v_reports then
        perform kentongan.listen_first(p_channel);
    end if;
    if p_next then
        return query select x.* from kentongan.claim(p_channel) x;
    end if;
    -- With the next one on its way it isn't over.
    if v_broadcast is not null
       and not exists (select 1 from kentongan.outbox o where o.channel = p_channel and o.status = 'sending' and o.broadcast_id = v_broadcast)
       and kentongan.broadcast_close(v_broadcast) then
        perform kentongan.wake();
    end if;
end $$;
comment on function api.outbox_record(text, bigint, text, int, int[], text, text, boolean) is
    'What became of a claimed message, and the next one in the same round trip. Recording twice does nothing the second time';

create or replace function api.outbox_recover(p_channel text) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
    v_n int := 0;
    v_broadcasts bigint[] := '{}';
begin
    for v_id in select id from kentongan.outbox where status = 'sending' and channel = p_channel order by id for update loop
        perform kentongan.settle(v_id, 'the gateway stopped while this was being sent');
        -- Kannel's reports, which it brings again within ten seconds, may tell that it left. Else at once, but one that the gateway dies of mustn't keep the others from leaving.
        update kentongan.outbox
           set not_before = case when p_channel like 'kannel:%' then kentongan.now() + interval '20 seconds'
                                 when attempts <= 8 then '-infinity'
                                 else least(not_before, kentongan.now() + interval '1 minute') end
         where id = v_id and status = 'queued';
        v_n := v_n + 1;
        v_broadcasts := v_broadcasts || (select broadcast_id from kentongan.outbox where id = v_id);
    end loop;
    if (select bool_or(kentongan.broadcast_close(b)) from unnest(v_broadcasts) b where b is not null) then
        perform kentongan.wake();
    end if;
    return v_n;
end $$;
comment on function api.outbox_recover(text) is 'Resolves what this channel left `sending` when it died; returns how many';

create or replace function api.outbox_delivered(p_channel text, p_peer text, p_reference int, p_status int, p_at bigint)
returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    p record;
    v_at timestamptz := coalesce(to_timestamp(nullif(p_at, 0)), clock_timestamp());
begin
    select op.* into p
      from kentongan.outbox_parts op join kentongan.outbox o on o.id = op.outbox_id
     where op.channel = p_channel and op.reference = p_reference and o.peer = p_peer
       and op.sent_at > clock_timestamp() - interval '4 days'
     -- First one whose last word isn't in yet: 32-63 means that the network still tries.
     order by (coalesce(op.status, 32) between 32 and 63) desc, op.sent_at desc limit 1;
    insert into kentongan.delivery_reports (channel, peer, reference, status, at, outbox_id)
    values (p_channel, p_peer, p_reference, p_status, v_at, p.outbox_id)
    on conflict do nothing;
    if not found or p.outbox_id is null then
        return p.outbox_id;
    end if;
    update kentongan.outbox_parts set status = p_status, reported_at = v_at
     where outbox_id = p.outbox_id and attempt = p.attempt and part = p.part;
    -- TS 23.040 §9.2.3.15: below 32 delivered, 32-63 still trying, above given up.
    update kentongan.outbox o
       set status = case when p_status >= 64 then 'undelivered' else 'delivered' end
     where o.id = p.outbox_id and o.status in ('sent', 'undelivered')
       and (p_status >= 64 or p_status < 32
            and not exists (select 1 from kentongan.outbox_parts x where x.outbox_id = o.id and x.attempt = p.attempt
                             and (x.status is null or x.status >= 32)));
    return p.outbox_id;
end $$;
comment on function api.outbox_delivered(text, text, int, int, bigint) is
    'Matches a delivery report by channel, TP-MR, number and time; the SMSC''s clock and zone don''t count. Returns the message, null where none matched';
