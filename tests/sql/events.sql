-- Events for other systems: what becomes one and for whom, order, leases, pauses, the
-- end after three days, 410, resend, and that no PIN or code is in any.
begin;
select * from no_plan();
select village.build();
select village.later(date_trunc('day', kentongan.now(), 'Asia/Jakarta') + interval '36 hours' - kentongan.now());

create function village.client(p_name text, p_scopes text[], p_url text default 'http://127.0.0.1:9/x') returns void
language plpgsql as $$
begin
    perform set_config('role', 'kentongan', true);
    perform api.client_add('test', p_name, decode(md5(p_name), 'hex'), p_scopes, null, null);
    if p_url is not null then
        perform api.client_hook('test', p_name, p_url, '\x01');
    end if;
    perform set_config('role', 'none', true);
end $$;
-- What a client was or is to be told, oldest first.
create function village.told(p_name text) returns text
language sql volatile as $$
    select coalesce(string_agg(e.kind, ' ' order by e.id), '')
      from kentongan.events e join kentongan.clients c on c.id = e.client_id where c.name = p_name
$$;
create function village.data(p_name text) returns jsonb
language sql volatile as $$
    select e.data from kentongan.events e join kentongan.clients c on c.id = e.client_id where c.name = p_name order by e.id desc limit 1
$$;
create function village.states(p_name text) returns text
language sql volatile as $$
    select coalesce(string_agg(e.status, ' ' order by e.id), '')
      from kentongan.events e join kentongan.clients c on c.id = e.client_id where c.name = p_name
$$;
-- "client:try …" of what is claimed now.
create function village.claimed(p_limit int default 10) returns text
language plpgsql as $$
declare
    v text;
begin
    perform set_config('role', 'kentongan', true);
    select coalesce(string_agg(x.client || ':' || x.tries, ' ' order by x.client), '') into v
      from api.events_claim(p_limit, 60) x where x.id is not null;
    perform set_config('role', 'none', true);
    return v;
end $$;
-- The client's event under way is answered so.
create function village.answered(p_name text, p_answer int, p_tries int default null) returns text
language plpgsql as $$
declare
    e kentongan.events;
    v text;
begin
    select x.* into strict e from kentongan.events x join kentongan.clients c on c.id = x.client_id
     where c.name = p_name and x.status = 'sending';
    perform set_config('role', 'kentongan', true);
    v := api.event_done(e.id, coalesce(p_tries, e.tries), 'http://127.0.0.1:9/x', p_answer, 'HTTP ' || p_answer);
    perform set_config('role', 'none', true);
    return v;
end $$;
grant execute on all functions in schema village to public;

-- --- what becomes an event, and for whom -------------------------------------------
select village.client('toko', '{send}');
select village.client('koran', '{inbox}');
select village.client('bank', '{money}');
select village.client('diam', '{send,inbox,money}', null);
select village.says(23, 'SALDO');
select is(village.told('koran'), 'message.received', 'what a member wrote');
select is(village.data('koran'), jsonb_build_object('message', village.heard(), 'number', village.phone(23), 'channel', 'desa', 'transport', 'sms',
          'group', 'MELATI', 'member', 23, 'command', 'SALDO', 'outcome', 'saldo', 'text', 'SALDO'), 'all that is said of it');
select is(village.told('toko') || village.told('bank') || village.told('diam'), '', 'nobody else is told, nor one without an address');

insert into kentongan.outbox (peer, template, params, lang, class, priority, expires_at, created_at, client_id)
select village.phone(99), 'operator', '{"text": "Panen"}', 'id', 'notice', 5, kentongan.now() + interval '1 day', kentongan.now(), id
  from kentongan.clients where name in ('toko', 'koran', 'diam') order by id;
update kentongan.outbox set status = 'sending' where client_id is not null;
update kentongan.outbox set status = 'sent', finished_at = kentongan.now() where client_id is not null;
update kentongan.outbox set status = 'delivered' where client_id is not null;
update kentongan.outbox set error = 'x' where client_id is not null;
select is(village.told('toko'), 'message.sent message.delivered', 'a message that left and arrived: once each');
select is(village.data('toko') ->> 'state', 'delivered', 'as GET shows it');
select is(village.told('koran') || village.told('diam'), 'message.received', 'without the scope or an address: nothing');
update kentongan.outbox set status = 'sent', finished_at = kentongan.now()
 where id = (select min(id) from kentongan.outbox where client_id is null);
select is((select count(*) from kentongan.events where kind like 'message.s%'), 1::bigint, 'the group''s own messages are nobody''s');

select kentongan.post(village.group_id(), 'deposit',
    array[kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), 'sukarela', village.member(23))],
    array[50000, -50000]::bigint[], village.member(1)) as entry \gset
select is(village.told('bank'), 'entry.posted', 'is told');
select is(village.data('bank'), jsonb_build_object('entry', :entry, 'kind', 'deposit', 'group', 'MELATI', 'day', kentongan.today(village.group_id()),
          'postings', (select jsonb_agg(jsonb_build_object('account', a.kind, 'member', m.number, 'amount', p.amount) order by p.line)
                         from kentongan.postings p join kentongan.accounts a on a.id = p.account_id join kentongan.members m on m.id = a.member_id
                        where p.entry_id = :entry)), 'with its postings');
select is((select sum((p ->> 'amount')::bigint) from jsonb_array_elements(village.data('bank') -> 'postings') p), 0::numeric, 'whose sum is zero');
select is(village.told('toko'), 'message.sent message.delivered', 'to nobody without the scope');

-- --- no codes ------------------------------------------------------------------------
select is(kentongan.without_codes('kode 6614 pin 111111 apa', village.phone(23), false), 'kode **** pin **** apa', 'not understood: nothing like a code or PIN');
select is(kentongan.without_codes('SETOR 5000', village.phone(23), true), 'SETOR 5000', 'an amount stays');
select is(kentongan.without_codes(null, village.phone(23), true), null, 'no text');

savepoint codes;
select village.says(23, 'SETOR', '{"amount": 50000}');
insert into kentongan.messages (dedupe, transport, channel, peer, at, body, problem, outcome)
select decode(md5('code'), 'hex'), 'sms', 'desa', village.phone(1), kentongan.now(), format('ADUAN kode %s hilang 5000', village.otp(1)), 'ok', 'handling';
update kentongan.messages set outcome = 'aduan' where outcome = 'handling';
select is(village.data('koran') ->> 'text', 'ADUAN kode **** hilang 5000', 'an officer''s own code in her words isn''t told');
rollback to savepoint codes;

-- --- a fault of ours ----------------------------------------------------------------
savepoint fault;
alter table kentongan.events add constraint fault check (kind not in ('message.received', 'entry.posted', 'message.failed')) not valid;
select is(village.says(23, 'sAldo'), 'saldo', 'a message is answered though telling of it fails');
select is((select details ->> 'sqlstate' from kentongan.audit_log where action = 'event.failed' and subject = 'message.received'), '23514', 'which is audited');
select lives_ok(format('select kentongan.post(%s, ''deposit'', array[%s, %s], array[1000, -1000]::bigint[], %s)', village.group_id(),
                       kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), 'sukarela', village.member(23)), village.member(1)),
                'money is posted, too');
select lives_ok($$update kentongan.outbox set status = 'failed' where client_id is not null$$, 'and a message ends');
select is((select count(*) from kentongan.audit_log where action = 'event.failed'), 3::bigint, 'all audited');
rollback to savepoint fault;

-- --- order, leases, pauses -----------------------------------------------------------
select is(village.claimed(), 'bank:1 koran:1 toko:1', 'the first of each client');
select is(village.claimed(), '', 'and no second one while it is under way');
select is(village.answered('toko', 200), 'delivered', '2xx');
select is(village.claimed(), 'toko:1', 'then the next');
select is(village.answered('toko', 500), 'again', '500');
select is(village.claimed(), '', 'not at once');
select village.later('13 seconds');
select is(village.claimed(), 'toko:2', 'after some ten seconds');
select is(village.answered('toko', 0), 'again', 'no answer at all');
select village.later('20 seconds');
select is(village.claimed(), '', 'the pause grows');
select village.later('17 seconds');
select is(village.claimed(), 'toko:3', 'to some thirty');
select village.later('61 seconds');
select is(village.claimed(), 'bank:2 koran:2 toko:4', 'who claimed may be dead: after a minute another may');
select is(village.answered('toko', 500, 3), 'another', 'an old try that failed changes nothing');
select is(village.states('toko'), 'delivered sending', 'it is still under way');
select is(village.answered('toko', 204, 3), 'delivered', 'an old one that arrived did arrive');
select is(village.states('toko'), 'delivered delivered', 'so it is done');
savepoint late;
insert into kentongan.events (id, client_id, kind, subject, data, next_at) overriding system value
select n, (select id from kentongan.clients where name = 'toko'), 'late', n, '{}', kentongan.now() from generate_series(900001, 900002) n;
select is(village.claimed(), 'toko:1', 'one');
insert into kentongan.events (id, client_id, kind, subject, data, next_at) overriding system value
select 900000, (select id from kentongan.clients where name = 'toko'), 'late', 1, '{}', kentongan.now();
select is(village.claimed(), '', 'one of a lower number that commits now waits for it');
select is((select wait_ms > 50000 from api.events_claim(10, 60)), true, 'and nobody asks all the time');
select is(village.answered('toko', 200), 'delivered', 'then');
select is(village.claimed(), 'toko:1', 'one more');
select is((select min(id) from kentongan.events where kind = 'late' and status = 'sending'), 900000::bigint, 'the lower one');
rollback to savepoint late;
select is((select bool_and(kentongan.event_pause(n) between interval '47 minutes' and interval '73 minutes') from generate_series(9, 90) n), true, 'at most an hour or so');

-- --- the end after three days ----------------------------------------------------------
select is(village.answered('koran', 500), 'again', 'koran is away');
select village.says(23, 'Saldo');
select village.later('3 days 1 hour');
select is(village.claimed(), 'bank:3 koran:3', 'both are tried once more');
select is(village.answered('koran', 500), 'given_up', 'and given up');
select is(village.states('koran'), 'given_up given_up', 'with those behind it whose days are over');
select is((select details ->> 'events' from kentongan.audit_log where action = 'event.given_up'), '2', 'in the audit log');
select is((select given_up from api.client_list() where name = 'koran'), 2::bigint, 'and in the list');
select results_eq('select client, waiting, given_up, error from api.hooks_trouble()', $$values ('koran', 0::bigint, 2::bigint, 'HTTP 500')$$, 'status tells of it');
select is(api.client_resend('test', 'koran', null), 2::bigint, 'all of them again');
select is(village.claimed(), 'koran:1', 'from the beginning');
select is(village.answered('koran', 200), 'delivered', 'now it is there');
select village.claimed();
select village.answered('koran', 200);
select is(village.states('koran'), 'delivered delivered', 'both');
select village.refused('kentongan', 'select api.client_resend(''test'', ''koran'', 999999)', 'KT404', 'one that isn''t there');
select village.refused('kentongan', 'select api.client_resend(''test'', ''diam'', null)', 'KT409', 'without an address');
select village.refused('kentongan', 'select api.client_hook(''test'', ''diam'', ''ftp://x'', ''\x01'')', 'KT400', 'no address for events');
select village.refused('kentongan', 'select api.client_hook(''test'', ''niemand'', ''http://x'', ''\x01'')', 'KT404', 'no client');

-- --- 410, off, removed -------------------------------------------------------------------
select is(village.answered('bank', 410), 'off', '410');
select is(village.states('bank'), 'given_up', 'what waited isn''t told');
select is((select hook from api.client_list() where name = 'bank'), null, 'the address is gone');
select is((select count(*) from kentongan.audit_log where action = 'client.hook_gone'), 1::bigint, 'audited');
select village.says(23, 'sALDO');
select is(village.states('koran'), 'delivered delivered queued', 'one waits');
select api.client_remove('test', 'koran');
select village.says(23, 'saLDO');
select is((select string_agg(e.status, ' ' order by e.id) from kentongan.events e join kentongan.clients c on c.id = client_id where name = 'koran'),
          'delivered delivered given_up', 'a removed client is told nothing more');
select is(village.claimed(), '', 'nothing is left to do');

-- --- what is old ---------------------------------------------------------------------------
select village.later('6 days');
select is(api.events_sweep(), 2::bigint, 'toko''s events, delivered nine days ago');
select village.later('2 days');
select is(api.events_sweep(), 2::bigint, 'a week after they were delivered');
select is((select count(*) from kentongan.events where status = 'given_up'), 2::bigint, 'what was given up stays');
select village.later('30 days');
select is(api.events_sweep(), 2::bigint, 'for a month');
select * from finish();
rollback;
