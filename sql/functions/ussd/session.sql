-- Sessions: looked at, stored step by step, ended.

create or replace function kentongan.ussd_members(p_phone bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object(
                'id', m.id, 'group', g.code, 'group_name', g.name, 'name', m.short_name, 'number', m.number,
                'lang', coalesce(m.lang, g.lang),
                'officer', exists (select 1 from kentongan.officers o
                                    where o.member_id = m.id and o.until is null and o.role <> 'pengawas'))
                order by g.code, m.number), '[]')
              from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = any (kentongan.members_of_phone(p_phone)));
end $$;
comment on function kentongan.ussd_members(bigint) is 'Who may speak on this phone: what the first screen says of each, and whether there is an officers'' branch';

create or replace function api.ussd_enter(p_door text, p_session text, p_peer text, p_steps int, p_print bytea)
returns table (status text, version int, steps int, node text, state jsonb, answer text, ended boolean, members jsonb,
               interrupted jsonb, outbox_id bigint, body text, template text, params jsonb, lang text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    s kentongan.ussd_sessions;
begin
    select * into s from kentongan.ussd_sessions u where u.door = p_door and u.session = p_session;
    if found and s.peer <> p_peer then
        status := 'foreign';
    elsif found then
        status := case
            when s.ended_at is not null or p_steps <= s.steps then 'again'
            -- Nobody has read a screen and typed the same again within a second; a wrong PIN isn't tried twice; and the
            -- number of a line, repeated when its answer was late, mustn't be the Yes to what it asks (1 TERIMA, AMBIL).
            when p_steps is null and s.print = p_print
                 and (s.touched_at > clock_timestamp() - case when s.state ? 'chosen' then interval '10 seconds' else interval '1 second' end
                      or s.state ? 'refused') then 'again'
            else 'go' end;
        version := s.version;
        steps := s.steps;
        node := s.node;
        state := s.state;
        answer := s.answer;
        ended := s.ended_at is not null;
        if s.outbox_id is not null then
            select o.id, o.body, o.template, o.params, o.lang into outbox_id, body, template, params, lang
              from kentongan.outbox o where o.id = s.outbox_id;
        end if;
    else
        status := 'new';
        version := 0;
        steps := 0;
        select jsonb_build_object('node', u.node, 'state', u.state) into interrupted
          from kentongan.ussd_sessions u
         where u.peer = p_peer and u.ended_at is null and u.touched_at > clock_timestamp() - interval '5 minutes'
         order by u.touched_at desc limit 1;
    end if;
    members := kentongan.ussd_members((select p.id from kentongan.phones p where p.msisdn = p_peer));
    if exists (select 1 from kentongan.block_list b where b.peer = p_peer) then
        members := '[]';
    end if;
    return next;
end $$;
comment on function api.ussd_enter(text, text, text, int, bytea) is
    'A step arrives: new (with what was interrupted within five minutes), go on from here, or again: this very step was answered, and how. Changes nothing. p_steps: inputs so far or the provider''s number; null where it counts nothing';

create or replace function kentongan.ussd_hold(p_door text, p_session text, p_peer text, p_version int) returns kentongan.ussd_sessions
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    s kentongan.ussd_sessions;
begin
    if p_version = 0 then
        -- What was interrupted has been told of; there is one session of a phone at a time.
        delete from kentongan.ussd_sessions where peer = p_peer and ended_at is null and (door, session) <> (p_door, p_session);
        insert into kentongan.ussd_sessions (door, session, peer) values (p_door, p_session, p_peer)
        on conflict (door, session) do nothing;
    end if;
    select * into s from kentongan.ussd_sessions where door = p_door and session = p_session for update;
    if not found or s.version <> p_version or s.peer <> p_peer or s.ended_at is not null then
        return null;
    end if;
    return s;
end $$;
comment on function kentongan.ussd_hold(text, text, text, int) is
    'Locks the session where it still stands at this version; null where another call has taken the step';

create or replace function api.ussd_store(p_door text, p_session text, p_peer text, p_version int, p_steps int, p_print bytea,
                                          p_node text, p_state jsonb, p_answer text, p_ends boolean) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    s kentongan.ussd_sessions;
begin
    -- Where somebody is in a menu isn't worth waiting for the disk.
    perform set_config('synchronous_commit', 'off', true);
    s := kentongan.ussd_hold(p_door, p_session, p_peer, p_version);
    if s.id is null then
        return false;
    end if;
    update kentongan.ussd_sessions
       set version = version + 1, steps = coalesce(p_steps, steps + 1), print = p_print, node = case when p_ends then '' else p_node end,
           state = case when p_ends then '{}' else p_state end, answer = p_answer,
           -- Its further pages.
           outbox_id = case when p_node = '@reply' then outbox_id end, touched_at = clock_timestamp(),
           ended_at = case when p_ends then clock_timestamp() end
     where id = s.id;
    return true;
end $$;
comment on function api.ussd_store(text, text, text, int, int, bytea, text, jsonb, text, boolean) is
    'Stores a step that did nothing but lead to another screen (p_answer); false where another call was first';

create or replace function api.ussd_left(p_door text, p_session text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    update kentongan.ussd_sessions set touched_at = clock_timestamp() where door = p_door and session = p_session and ended_at is null
$$;
comment on function api.ussd_left(text, text) is 'The provider tells that the session broke off: from now on five minutes to dial again and go on';

create or replace function api.ussd_door(p_name text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.channels as k (name, transport, state, words) values ('ussd:' || p_name, 'ussd', 'ready', 'listening')
    on conflict (name) do update
       set state = 'ready', words = 'listening', seen_at = clock_timestamp(),
           since = case when k.state = 'ready' then k.since else clock_timestamp() end
$$;
comment on function api.ussd_door(text) is 'A door for USSD is open: answers to what comes in through it are its own to show';

create or replace function kentongan.ussd_tidy() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
    v_n int := 0;
begin
    delete from kentongan.ussd_sessions where touched_at < clock_timestamp() - interval '1 hour';
    for o in select x.* from kentongan.outbox x join kentongan.channels k on k.name = x.channel and k.transport = 'ussd'
              where x.status = 'sending' and x.claimed_at < clock_timestamp() - interval '2 minutes'
              order by x.id for update of x skip locked loop
        if o.params ->> 'otp' = '****' then
            perform kentongan.finish(o.id, 'expired', null, null, 'the session broke off');
        else
            update kentongan.outbox set status = 'queued', channel = null, via = kentongan.route(peer), attempts = greatest(attempts - 1, 0)
             where id = o.id;
            v_n := v_n + 1;
        end if;
    end loop;
    return v_n;
end $$;
comment on function kentongan.ussd_tidy() is
    'Forgets sessions after an hour. An answer that was to be a screen, but nobody knows whether it was, goes by SMS; returns how many';
