-- What other systems are told: events are made in the transaction of what they tell
-- of, claimed by any host one after another for each client, and kept a while.

create or replace function kentongan.who_hears(p_scope text) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select array_agg(k.id order by k.id) from kentongan.clients k
             where k.hook_url is not null and k.removed_at is null and p_scope = any (k.scopes));
end $$;
comment on function kentongan.who_hears(text) is 'The clients that are told what belongs to that scope; null where there is none';

create or replace function kentongan.event(p_client bigint, p_kind text, p_subject bigint, p_data jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
begin
    -- NOTIFY makes commits wait for each other: where something waits already, who tells
    -- that goes on to this. The slow poll finds what slips through.
    if not exists (select 1 from kentongan.events where client_id = p_client and status in ('queued', 'sending')) then
        perform pg_notify('kentongan_events', '');
    end if;
    insert into kentongan.events (client_id, kind, subject, data, at, next_at, until)
    values (p_client, p_kind, p_subject, p_data, v_now, v_now, v_now + interval '3 days');
end $$;
comment on function kentongan.event(bigint, text, bigint, jsonb) is 'Queues an event for one client: told if, and only if, this transaction commits';

create or replace function kentongan.event_failed(p_kind text, p_subject bigint, p_state text, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.raise_again(p_state, p_error);
    insert into kentongan.audit_log (actor, action, subject, details)
    values ('service', 'event.failed', p_kind, jsonb_build_object('of', p_subject, 'error', left(p_error, 200), 'sqlstate', p_state));
end $$;
comment on function kentongan.event_failed(text, bigint, text, text) is
    'Called by an exception''s handler: a fault in telling others keeps no message waiting and stops no money; it is audited';

-- --- what becomes an event ------------------------------------------------------------

create or replace function kentongan.message_changed() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select 1 from kentongan.clients k where k.id = new.client_id and k.hook_url is not null and k.removed_at is null and 'send' = any (k.scopes)) then
        perform kentongan.event(new.client_id, 'message.' || new.status, new.id, kentongan.client_message(new));
    end if;
    return null;
exception when others then
    perform kentongan.event_failed('message.' || new.status, new.id, sqlstate, sqlerrm);
    return null;
end $$;
comment on function kentongan.message_changed() is 'A client''s own message left, arrived or ended: message.<state>, as GET shows it';

create or replace trigger outbox_events after update of status on kentongan.outbox for each row
    when (new.client_id is not null and new.status <> old.status and new.status not in ('queued', 'sending'))
    execute function kentongan.message_changed();

create or replace function kentongan.without_codes(p_body text, p_peer text, p_understood boolean) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_code text;
    v_body text := p_body;
begin
    if not p_understood then
        return regexp_replace(p_body, '(?<![0-9])([0-9]{4}|[0-9]{6})(?![0-9])', '****', 'g');
    end if;
    for v_code in select distinct f.digits[1] from regexp_matches(p_body, '(?<![0-9])([0-9]{4})(?![0-9])', 'g') as f(digits) loop
        if exists (select 1 from kentongan.phones p
                     join kentongan.member_phones mp on mp.phone_id = p.id and mp.until is null
                     join kentongan.one_time_codes oc on oc.person_id = mp.member_id
                    where p.msisdn = p_peer and oc.expires_at > kentongan.now() - interval '30 days' and oc.hash = sha256(oc.salt || convert_to(v_code, 'UTF8'))) then
            v_body := regexp_replace(v_body, '(?<![0-9])' || v_code || '(?![0-9])', '****', 'g');
        end if;
    end loop;
    return v_body;
end $$;
comment on function kentongan.without_codes(text, text, boolean) is
    'A stored text (PINs are replaced) without what is or lately was a one-time code of this phone; where it wasn''t understood without anything that could be a code or PIN';

create or replace function kentongan.message_handled() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_clients bigint[] := kentongan.who_hears('inbox');
begin
    if v_clients is null then
        return null;
    end if;
    begin
        perform kentongan.event(k.id, 'message.received', new.id, d.data)
           from jsonb_strip_nulls(jsonb_build_object(
                    'message', new.id, 'number', new.peer, 'channel', new.channel, 'transport', new.transport,
                    'group', (select g.code from kentongan.groups g where g.id = new.group_id),
                    'member', (select m.number from kentongan.members m where m.id = new.member_id),
                    'command', nullif(new.command, ''), 'outcome', new.outcome,
                    'text', kentongan.without_codes(new.body, new.peer, new.problem = 'ok'))) as d(data),
                unnest(v_clients) as k(id);
    exception when others then
        perform kentongan.event_failed('message.received', new.id, sqlstate, sqlerrm);
    end;
    return null;
end $$;
comment on function kentongan.message_handled() is
    'What a member wrote and what came of it: message.received to every client with the scope inbox; never a PIN or one-time code';

create or replace trigger messages_events after update of outcome on kentongan.messages for each row
    when (old.outcome = 'handling' and new.outcome <> 'handling' and not starts_with(new.outcome, 'ignored_'))
    execute function kentongan.message_handled();

create or replace function kentongan.entry_data(p_entry bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_strip_nulls(jsonb_build_object(
                       'entry', e.id, 'kind', e.kind, 'group', g.code, 'day', e.occurred_on, 'reverses', e.reverses_id,
                       'postings', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                               'account', a.kind, 'member', m.number, 'loan', a.loan_id, 'amount', p.amount)) order by p.line)
                                      from kentongan.postings p
                                      join kentongan.accounts a on a.id = p.account_id
                                      left join kentongan.members m on m.id = a.member_id
                                     where p.entry_id = e.id)))
              from kentongan.journal_entries e join kentongan.groups g on g.id = e.group_id
             where e.id = p_entry);
end $$;
comment on function kentongan.entry_data(bigint) is 'A journal entry as other systems see it: amounts by kind of account, debit positive, in the smallest unit';

create or replace function kentongan.entry_posted(p_entry bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_clients bigint[] := kentongan.who_hears('money');
begin
    if v_clients is null then
        return;
    end if;
    begin
        perform kentongan.event(k.id, 'entry.posted', p_entry, kentongan.entry_data(p_entry)) from unnest(v_clients) as k(id);
    exception when others then
        perform kentongan.event_failed('entry.posted', p_entry, sqlstate, sqlerrm);
    end;
end $$;
comment on function kentongan.entry_posted(bigint) is 'A journal entry with its postings (debit positive): entry.posted to every client with the scope money';

-- --- delivery -------------------------------------------------------------------------

create or replace function kentongan.event_claim(p_client bigint, p_lease interval) returns kentongan.events
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_head bigint;
    e kentongan.events;
begin
    if not pg_try_advisory_xact_lock(4718, p_client::int) then
        return null; -- another host claims for this client
    end if;
    -- One that committed late may stand before the one that is under way.
    if exists (select 1 from kentongan.events x where x.client_id = p_client and x.status = 'sending' and x.next_at > v_now) then
        return null;
    end if;
    -- However many wait behind it.
    select x.id into v_head from kentongan.events x
     where x.client_id = p_client and x.status in ('queued', 'sending') order by x.id limit 1;
    select * into e from kentongan.events x
     where x.id = v_head and x.status in ('queued', 'sending') and x.next_at <= v_now
       for update skip locked;
    if not found then
        return null;
    end if;
    update kentongan.events set status = 'sending', tries = tries + 1, next_at = v_now + p_lease
     where id = e.id returning * into strict e;
    return e;
end $$;
comment on function kentongan.event_claim(bigint, interval) is
    'The client''s first event that isn''t done, if its time has come and none is under way; its lease over, it is claimed again';

create or replace function kentongan.event_time(p_client bigint) returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return greatest((select x.next_at from kentongan.events x
                      where x.client_id = p_client and x.status in ('queued', 'sending') order by x.id limit 1),
                    (select max(x.next_at) from kentongan.events x where x.client_id = p_client and x.status = 'sending'));
end $$;
comment on function kentongan.event_time(bigint) is
    'When this client''s next event may be claimed (null: there is none): only the first one counts, the others wait for it';

create or replace function api.events_claim(p_limit int, p_lease_seconds int)
returns table (id bigint, tries int, client text, url text, secret bytea, kind text, body text, wait_ms bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    k kentongan.clients;
    e kentongan.events;
    v_now timestamptz := kentongan.now();
    v_left int := p_limit;
begin
    for k in select c.* from kentongan.clients c
              where c.hook_url is not null and kentongan.event_time(c.id) <= v_now
              order by random() loop
        exit when v_left <= 0;
        e := kentongan.event_claim(k.id, make_interval(secs => p_lease_seconds));
        continue when e.id is null;
        v_left := v_left - 1;
        return query select e.id, e.tries, k.name, k.hook_url, k.hook_secret, e.kind,
                            jsonb_build_object('id', e.id, 'kind', e.kind, 'at', kentongan.rfc3339(e.at), 'data', e.data)::text, null::bigint;
    end loop;
    return query
    select null::bigint, null::int, null, null, null::bytea, null, null,
           (select greatest(0, ceil(extract(epoch from min(kentongan.event_time(c.id)) - v_now) * 1000))::bigint
              from kentongan.clients c where c.hook_url is not null);
end $$;
comment on function api.events_claim(int, int) is
    'Events to be sent now, at most one of a client; who claims has so many seconds before another may. The last row has no event: wait_ms until the next one''s time (null: there is none)';

create or replace function kentongan.event_pause(p_tries int) returns interval
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select make_interval(secs => ('{10,30,60,120,300,600,1200,1800}'::int[] || 3600)[least(p_tries, 9)] * (0.8 + random() * 0.4))
$$;
comment on function kentongan.event_pause(int) is 'How long after the n-th try: 10 s, 30 s … 1 h, a fifth more or less so that not all come at once';

create or replace function kentongan.events_given_up(p_client bigint, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_count int;
    v_first bigint;
    v_last bigint;
begin
    with gone as (
        update kentongan.events set status = 'given_up', finished_at = v_now, error = coalesce(error, p_error)
         where client_id = p_client and status in ('queued', 'sending') and until <= v_now returning id)
    select count(*), min(id), max(id) into v_count, v_first, v_last from gone;
    if v_count > 0 then
        perform api.audit_note('service', 'event.given_up', (select name from kentongan.clients where id = p_client), null,
                               jsonb_build_object('events', v_count, 'first', v_first, 'last', v_last, 'error', p_error));
    end if;
end $$;
comment on function kentongan.events_given_up(bigint, text) is 'Gives up every event of this client whose three days are over, audited in one record';

create or replace function api.event_done(p_id bigint, p_tries int, p_url text, p_answer int, p_error text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    e kentongan.events;
    v_now timestamptz := kentongan.now();
begin
    select * into e from kentongan.events where id = p_id;
    if not found then
        return 'gone';
    elsif p_answer = 410 then
        -- The client's row first, as the operator's verbs do.
        update kentongan.clients set hook_url = null, hook_secret = null where id = e.client_id and hook_url = p_url;
        if found then
            perform api.audit_note('service', 'client.hook_gone', (select name from kentongan.clients where id = e.client_id), null,
                                   jsonb_build_object('url', p_url, 'event', p_id));
            return 'off';
        end if;
        -- It has another address by now: a try like others.
    end if;
    select * into strict e from kentongan.events where id = p_id for update;
    if p_answer between 200 and 299 then
        update kentongan.events set status = 'delivered', finished_at = v_now, answer = p_answer, error = null
         where id = p_id and status <> 'delivered';
        return 'delivered';
    elsif e.status <> 'sending' or e.tries <> p_tries then
        return 'another'; -- the lease was over, and somebody else has it
    end if;
    update kentongan.events
       set status = 'queued', next_at = v_now + kentongan.event_pause(p_tries), answer = nullif(p_answer, 0), error = p_error
     where id = p_id;
    if e.until <= v_now then
        perform kentongan.events_given_up(e.client_id, p_error);
        return 'given_up';
    end if;
    return 'again';
end $$;
comment on function api.event_done(bigint, int, text, int, text) is
    'What became of a try: 2xx delivered; 410 switches the hook off; anything else is tried again after a pause, for three days. Which try it was keeps a host that was thought dead from undoing what came after';

create or replace function kentongan.hook_is_off() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.events set status = 'given_up', finished_at = kentongan.now(), error = 'the hook was switched off'
     where client_id = new.id and status in ('queued', 'sending');
    return null;
end $$;
comment on function kentongan.hook_is_off() is 'What still waited for a hook that is switched off isn''t told; `kentongan client resend` may';

create or replace trigger clients_hook_off after update of hook_url on kentongan.clients for each row
    when (new.hook_url is null and old.hook_url is not null)
    execute function kentongan.hook_is_off();

create or replace function api.events_sweep() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_count bigint;
begin
    -- Made while the hook was being switched off.
    update kentongan.events e set status = 'given_up', finished_at = v_now, error = 'the hook was switched off'
      from kentongan.clients c
     where c.id = e.client_id and c.hook_url is null and e.status in ('queued', 'sending');
    with old as (
        select id from kentongan.events
         where finished_at < v_now - interval '7 days' and (status = 'delivered' or finished_at < v_now - interval '30 days')
           and status in ('delivered', 'given_up')
         order by finished_at limit 10000 for update skip locked)
    delete from kentongan.events e using old where e.id = old.id;
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function api.events_sweep() is 'Deletes events a week after they were delivered, a month after they were given up; any host may, at any time';

-- --- the operator's verbs ---------------------------------------------------------------

create or replace function api.client_hook(p_actor text, p_name text, p_url text, p_secret bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
begin
    -- A password in it would stand in lists and in the audit log.
    if p_url !~ '^https?://[^/?#@[:space:]]+([/?][!-~]*)?$' or p_url !~ '^[!-~]+$' or length(p_url) > 2000 then
        raise exception 'not an address for events: %', regexp_replace(p_url, '//[^/]*@', '//…@')
            using errcode = 'KT400', hint = 'https://… or http://…, without spaces, user or password';
    end if;
    update kentongan.clients set hook_url = p_url, hook_secret = p_secret where id = k.id;
    perform api.audit_note('operator:' || p_actor, 'client.hook', p_name, null,
                           jsonb_build_object('before', k.hook_url, 'after', p_url));
    perform pg_notify('kentongan_events', '');
end $$;
comment on function api.client_hook(text, text, text, bytea) is
    'Where a client''s events go from now on and, sealed, what they are signed with; null and null: nowhere';

create or replace function api.client_events(p_name text, p_given_up boolean, p_limit int)
returns table (id bigint, kind text, subject bigint, at timestamptz, status text, tries int, next_at timestamptz,
               finished_at timestamptz, answer int, error text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
begin
    return query
    select e.id, e.kind, e.subject, e.at, e.status, e.tries, case when e.status = 'queued' then e.next_at end,
           e.finished_at, e.answer, e.error
      from kentongan.events e
     where e.client_id = k.id and (not p_given_up or e.status = 'given_up')
     order by e.id desc limit p_limit;
end $$;
comment on function api.client_events(text, boolean, int) is 'A client''s last events, the newest first, or those that were given up';

create or replace function api.hooks_trouble() returns table (client text, waiting bigint, given_up bigint, since timestamptz, error text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.name, w.waiting, g.given_up, w.since, coalesce(w.error, g.error)
      from kentongan.clients c
     cross join lateral (select count(*) as waiting, min(e.at) as since,
                                (array_agg(e.error order by e.id) filter (where e.tries > 1))[1] as error
                           from (select * from kentongan.events x
                                  where x.client_id = c.id and x.status in ('queued', 'sending') order by x.id limit 1000) e) w
     cross join lateral (select count(*) as given_up, (array_agg(e.error order by e.id desc))[1] as error
                           from kentongan.events e where e.client_id = c.id and e.status = 'given_up') g
     where c.removed_at is null and c.hook_url is not null and (g.given_up > 0 or w.error is not null)
     order by c.name
$$;
comment on function api.hooks_trouble() is
    'Clients that don''t take their events: how many wait (a thousand at most are counted) since when, how many were given up, and why';

create or replace function api.client_resend(p_actor text, p_name text, p_id bigint) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.clients := kentongan.client_by_name(p_name);
    v_now timestamptz := kentongan.now();
    v_count bigint;
begin
    if k.hook_url is null then
        raise exception 'client % has no address for events', p_name
            using errcode = 'KT409', hint = format('`kentongan client hook %s URL` gives it one', p_name);
    end if;
    update kentongan.events
       set status = 'queued', tries = 0, next_at = v_now, until = v_now + interval '3 days', finished_at = null
     where client_id = k.id and (status = 'given_up' and p_id is null or id = p_id and status <> 'sending');
    get diagnostics v_count = row_count;
    if v_count = 0 and p_id is not null then
        raise exception 'client % has no event % that could be sent again', p_name, p_id
            using errcode = 'KT404', hint = format('`kentongan client events %s` shows them', p_name);
    end if;
    perform api.audit_note('operator:' || p_actor, 'client.resend', p_name, null,
                           jsonb_strip_nulls(jsonb_build_object('event', p_id, 'events', v_count)));
    perform pg_notify('kentongan_events', '');
    return v_count;
end $$;
comment on function api.client_resend(text, text, bigint) is
    'Tells one event again (delivered ones, too), or all that were given up, with the same ids; returns how many';
