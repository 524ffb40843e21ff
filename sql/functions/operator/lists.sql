create or replace function api.message_list(p_peer text, p_group text, p_limit int)
returns table (at timestamptz, direction text, id bigint, peer text, channel text, body text, state text, detail text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from (
        select m.received_at as at, 'in' as direction, m.id, m.peer, m.channel, m.body, m.outcome, coalesce(m.error, m.command)
          from kentongan.messages m
         where (p_peer is null or m.peer = p_peer)
           and (p_group is null or m.group_id = (kentongan.group_by_code(p_group)).id)
         order by m.id desc limit p_limit) i
    union all
    select * from (
        select coalesce(o.finished_at, o.created_at), 'out', o.id, o.peer, coalesce(o.channel, o.via),
               -- A broadcast's text is made when it leaves.
               coalesce(o.body, (select coalesce(b.wording, 'broadcast ' || b.id) from kentongan.broadcasts b where b.id = o.broadcast_id)),
               o.status,
               o.template || coalesce(': ' || o.error, '')
          from kentongan.outbox o
         where (p_peer is null or o.peer = p_peer)
           and (p_group is null or o.group_id = (kentongan.group_by_code(p_group)).id)
         order by o.id desc limit p_limit) u
    order by 1 desc limit p_limit
$$;
comment on function api.message_list(text, text, int) is 'Messages in and out, newest first; PINs and one-time codes are masked in what is stored';

create or replace function api.audit_list(p_group text, p_action text, p_limit int)
returns table (id bigint, at timestamptz, actor text, action text, subject text, group_code text, message_id bigint, details jsonb, sealed boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, a.at, a.actor, a.action, a.subject, g.code, a.message_id, a.details,
           exists (select 1 from kentongan.audit_chain c where c.audit_id = a.id)
      from kentongan.audit_log a left join kentongan.groups g on g.id = a.group_id
     where (p_group is null or a.group_id = (kentongan.group_by_code(p_group)).id)
       and (p_action is null or a.action like p_action || '%')
     order by a.id desc limit p_limit
$$;
comment on function api.audit_list(text, text, int) is 'The audit log, newest first';

create or replace function api.channel_list()
returns table (name text, state text, works boolean, words text, since timestamptz, seen_at timestamptz, details jsonb,
               sent_today bigint, daily_cap int, waiting bigint, price int, credit bigint, credit_until date,
               credit_at timestamptz, credit_asked_at timestamptz, credit_text text, credit_state text,
               may_broadcast boolean, month_parts int, month_cost bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select k.name, k.state, kentongan.channel_works(k), k.words, k.since, k.seen_at, k.details,
           kentongan.counted('channel', k.name), k.daily_cap,
           (select count(*) from kentongan.outbox o where o.status = 'queued' and o.via = k.name),
           k.price, k.credit, k.credit_until, k.credit_at, k.credit_asked_at, k.credit_text,
           kentongan.credit_state(k), kentongan.channel_may_broadcast(k), coalesce(c.parts, 0), coalesce(c.cost, 0)
      from kentongan.channels k left join api.costs(1) c on c.channel = k.name order by k.name
$$;
comment on function api.channel_list() is 'Modems and other ways out, as they last told';

create or replace function kentongan.oldest_waiting() returns double precision
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(extract(epoch from kentongan.now() - min(case when attempts = 0 then greatest(created_at, not_before) else created_at end)), 0)
      from kentongan.outbox
     where status = 'queued' and broadcast_id is null and (attempts > 0 or not_before <= kentongan.now())
$$;
comment on function kentongan.oldest_waiting() is
    'For how many seconds the oldest message has waited: a long time means that something is stuck. Broadcasts, which may take hours, and what waits for the morning don''t count';

create or replace function api.overview()
returns table (messages_today bigint, queued bigint, oldest_seconds double precision, failed_today bigint, pending bigint,
               groups bigint, members bigint, unlinked bigint, clock_shift interval)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(*) from kentongan.messages where received_at > date_trunc('day', clock_timestamp())),
           (select count(*) from kentongan.outbox where status = 'queued'),
           kentongan.oldest_waiting(),
           (select count(*) from kentongan.outbox where status in ('failed', 'undelivered', 'uncertain')
               and finished_at > date_trunc('day', clock_timestamp())),
           (select count(*) from kentongan.requests where status = 'pending'),
           (select count(*) from kentongan.groups),
           (select count(*) from kentongan.members where status = 'active'),
           (select count(*) from kentongan.audit_log l where not exists (select 1 from kentongan.audit_chain c where c.audit_id = l.id)
               and l.id > coalesce((select max(audit_id) - 10000 from kentongan.audit_chain), 0)),
           (select shift from kentongan.clock)
$$;
comment on function api.overview() is 'The figures on top of `kentongan status`';

create or replace function api.operator_send(p_actor text, p_peer text, p_text text) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
begin
    v_id := kentongan.enqueue(p_peer, 'operator', jsonb_build_object('text', p_text), 'id', 'notice');
    perform api.audit_note('operator:' || p_actor, 'send', p_peer, null, jsonb_build_object('outbox', v_id));
    perform kentongan.wake();
    return v_id;
end $$;
comment on function api.operator_send(text, text, text) is 'One message from the operator (`kentongan send`); returns its id';

create or replace function api.outbox_state(p_id bigint) returns table (status text, attempts int, channel text, error text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select status, attempts, channel, error from kentongan.outbox where id = p_id
$$;
comment on function api.outbox_state(bigint) is 'What became of one message';

create or replace function api.today(p_group text) returns date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select kentongan.today((kentongan.group_by_code(p_group)).id)
$$;
comment on function api.today(text) is 'The calendar day in a group''s zone';
