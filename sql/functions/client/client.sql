-- Other systems: who asks, how often they may, how their messages are shown.

create or replace function kentongan.client_enter(p_token bytea, p_scope text, out verdict text, out retry int, out client kentongan.clients)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_minute timestamptz := date_trunc('minute', v_now);
begin
    select * into client from kentongan.clients where token = p_token and removed_at is null;
    if not found then
        verdict := 'token';
        return;
    elsif p_scope is not null and not p_scope = any (client.scopes) then
        verdict := 'scope';
        return;
    end if;
    -- Holds the client's row until the end: its requests are counted one after another, on all hosts.
    -- Who had to wait over the minute's turn counts in the new one and doesn't begin the old one anew.
    update kentongan.clients
       set minute = case when minute = v_minute + interval '1 minute' then minute else v_minute end,
           minute_count = case when minute in (v_minute, v_minute + interval '1 minute') then minute_count + 1 else 1 end
     where id = client.id and (minute not in (v_minute, v_minute + interval '1 minute') or minute_count < per_minute);
    if not found then
        verdict := 'minute';
        retry := greatest(1, ceil(extract(epoch from v_minute + interval '1 minute' - v_now)));
        return;
    end if;
    verdict := 'ok';
end $$;
comment on function kentongan.client_enter(bytea, text) is
    'Whose token this is, whether it has the scope (null: any will do) and hasn''t asked too often this minute; counts the request. verdict: ok, token, scope, minute (retry: seconds to wait). Nothing is written where it is refused';

create or replace function kentongan.client_message(o kentongan.outbox) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_left boolean := o.status in ('sent', 'delivered', 'undelivered');
begin
    return (select jsonb_strip_nulls(jsonb_build_object(
        'id', o.id, 'to', o.peer, 'state', o.status,
        'parts', coalesce(o.parts, kentongan.sms_parts(o.params ->> 'text'), 1),
        'key', (select m.key from kentongan.client_messages m where m.outbox_id = o.id),
        'channel', o.channel,
        'error', case when o.status in ('sent', 'delivered') then null else o.error end,
        'created_at', kentongan.rfc3339(o.created_at),
        'expires_at', case when o.finished_at is null then kentongan.rfc3339(o.expires_at) end,
        'sent_at', case when v_left then kentongan.rfc3339(o.finished_at) end,
        'ended_at', case when not v_left then kentongan.rfc3339(o.finished_at) end,
        'delivered_at', case when o.status = 'delivered' then
            (select kentongan.rfc3339(max(p.reported_at)) from kentongan.outbox_parts p where p.outbox_id = o.id) end)));
end $$;
comment on function kentongan.client_message(kentongan.outbox) is
    'A message as its client sees it (schema Message in config/openapi.json); what isn''t known is left out';

create or replace function kentongan.rfc3339(p_at timestamptz) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;
comment on function kentongan.rfc3339(timestamptz) is 'A time for other systems: 2026-05-12T02:14:09Z';

create or replace function kentongan.client_waiting(p_client bigint) returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
    -- As the queue's index has it, which is as short as the queue.
    select count(*) from kentongan.outbox where client_id = p_client and status = 'queued' and broadcast_id is null
$$;
comment on function kentongan.client_waiting(bigint) is 'How many of a client''s messages wait';

create or replace function api.client_status(p_token bytea, p_scope text)
returns table (verdict text, client text, retry int, body jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    e record;
begin
    select * into strict e from kentongan.client_enter(p_token, p_scope);
    return query
    select e.verdict, (e.client).name, e.retry,
           case when e.verdict = 'ok' then jsonb_build_object(
               'client', (e.client).name, 'scopes', (e.client).scopes, 'per_minute', (e.client).per_minute,
               'per_day', (e.client).per_day, 'sent_today', kentongan.counted('client', (e.client).id::text),
               'waiting', kentongan.client_waiting((e.client).id)) end;
end $$;
comment on function api.client_status(bytea, text) is
    'Whose token it is, what it may, how much of its day is spent. Counts as a request; verdict as in kentongan.client_enter';

create or replace function api.client_message(p_token bytea, p_id bigint)
returns table (verdict text, client text, retry int, body jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    e record;
    v_body jsonb;
begin
    select * into strict e from kentongan.client_enter(p_token, 'send');
    if e.verdict = 'ok' then
        select kentongan.client_message(o) into v_body from kentongan.outbox o
         where o.id = p_id and o.client_id = (e.client).id;
        if not found then
            e.verdict := 'none';
        end if;
    end if;
    return query select e.verdict, (e.client).name, e.retry, v_body;
end $$;
comment on function api.client_message(bytea, bigint) is 'One message of this client''s own; verdict none where it has none of that number';

create or replace function api.client_messages(p_token bytea, p_key text, p_after bigint, p_limit int)
returns table (verdict text, client text, retry int, body jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    e record;
    v_body jsonb;
begin
    select * into strict e from kentongan.client_enter(p_token, 'send');
    if e.verdict = 'ok' then
        with page as (
            select o as message, o.id, row_number() over (order by o.id) as n from kentongan.outbox o
             where o.client_id = (e.client).id and o.id > p_after
               and (p_key is null or o.id = (select m.outbox_id from kentongan.client_messages m
                                              where m.client_id = (e.client).id and m.key = p_key))
             order by o.id limit p_limit + 1)
        select jsonb_strip_nulls(jsonb_build_object(
                   'messages', coalesce(jsonb_agg(kentongan.client_message(p.message) order by p.id) filter (where p.n <= p_limit), '[]'),
                   'next', case when count(*) > p_limit then max(p.id) filter (where p.n <= p_limit) end))
          into strict v_body from page p;
    end if;
    return query select e.verdict, (e.client).name, e.retry, v_body;
end $$;
comment on function api.client_messages(bytea, text, bigint, int) is
    'This client''s own messages after a number, oldest first, or the one with its key; `next` is there where more follow';
