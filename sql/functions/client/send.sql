create or replace function kentongan.client_may_write_to(p_peer text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from kentongan.block_list b where b.peer = p_peer) then
        return 'blocked';
    -- Where several share the phone the one who wants nothing counts, as with broadcasts.
    elsif exists (select 1 from kentongan.phones p
                    join kentongan.member_phones mp on mp.phone_id = p.id and mp.until is null
                    join kentongan.members m on m.id = mp.member_id and m.status = 'active' and not m.reminders
                   where p.msisdn = p_peer) then
        return 'stopped';
    end if;
    return 'ok';
end $$;
comment on function kentongan.client_may_write_to(text) is
    'ok; or blocked (the block list), stopped (a member of this phone has sent STOP): other systems write to neither';

create or replace function kentongan.client_enqueue(k kentongan.clients, p_peer text, p_text text, p_parts int, p_minutes int)
returns kentongan.outbox
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    -- Who writes stands in front: no other system can word what members take for their own group's.
    v_text text := upper(k.name) || ': ' || p_text;
    v_parts int := p_parts + (kentongan.sms_parts(v_text) > kentongan.sms_parts(p_text))::int;
    o kentongan.outbox;
begin
    -- Behind the group's own answers, receipts and notices; of the last tenth of a modem's day it gets nothing.
    insert into kentongan.outbox (peer, template, params, lang, class, priority, via, expires_at, created_at, parts, client_id)
    values (p_peer, 'operator', jsonb_build_object('text', v_text), 'id', 'notice', 5, kentongan.route(p_peer),
            v_now + coalesce(make_interval(mins => p_minutes), interval '3 days'), v_now, v_parts, k.id)
    returning * into strict o;
    perform kentongan.bump('client', k.id::text) from generate_series(1, v_parts);
    perform kentongan.wake();
    return o;
end $$;
comment on function kentongan.client_enqueue(kentongan.clients, text, text, int, int) is
    'A message of another system into the outbox, its name in front, counted in its day; the text is a parameter, never a template';

create or replace function api.client_send(p_token bytea, p_peer text, p_text text, p_parts int, p_key text, p_print bytea,
                                           p_minutes int)
returns table (verdict text, client text, retry int, body jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    e record;
    v_before kentongan.client_messages;
    o kentongan.outbox;
begin
    select * into strict e from kentongan.client_enter(p_token, 'send');
    if e.verdict = 'ok' and p_key is not null then
        select * into v_before from kentongan.client_messages where client_id = (e.client).id and key = p_key;
        if found and v_before.print = p_print then
            select * into strict o from kentongan.outbox where id = v_before.outbox_id;
            return query select 'again', (e.client).name, null::int, kentongan.client_message(o);
            return;
        elsif found then
            e.verdict := 'key';
        end if;
    end if;
    if e.verdict = 'ok' then
        e.verdict := kentongan.client_may_write_to(p_peer);
    end if;
    if e.verdict = 'ok' and kentongan.counted('client', (e.client).id::text) + p_parts > (e.client).per_day then
        e.verdict := 'day';
        e.retry := ceil(extract(epoch from date_trunc('day', kentongan.now(), 'Asia/Jakarta') + interval '1 day' - kentongan.now()));
    end if;
    if e.verdict = 'ok' then
        o := kentongan.client_enqueue(e.client, p_peer, p_text, p_parts, p_minutes);
        if p_key is not null then
            insert into kentongan.client_messages (client_id, key, print, outbox_id)
            values ((e.client).id, p_key, p_print, o.id);
        end if;
    end if;
    return query select e.verdict, (e.client).name, e.retry, case when e.verdict = 'ok' then kentongan.client_message(o) end;
end $$;
comment on function api.client_send(bytea, text, text, int, text, bytea, int) is
    'One message for another system. verdict: ok (queued), again (this key and content were there before: nothing is done), key (this key was for another content), stopped, blocked, day (retry: seconds), or what kentongan.client_enter says. One key never makes two messages, whoever asks at the same time';
