-- Other systems: tokens, scopes, limits; a key never makes two messages; whom they
-- may not write to; nobody sees another's messages.
begin;
select * from no_plan();
select village.build();
-- At noon: no midnight between two steps.
select village.later(date_trunc('day', kentongan.now(), 'Asia/Jakarta') + interval '36 hours' - kentongan.now());

create function village.token(p_name text) returns bytea
language sql immutable as $$ select decode(md5('token of ' || p_name), 'hex') $$;

create function village.client(p_name text, p_scopes text[] default '{send}', p_per_minute int default null, p_per_day int default null)
returns void
language plpgsql as $$
begin
    perform set_config('role', 'kentongan', true);
    perform api.client_add('test', p_name, village.token(p_name), p_scopes, p_per_minute, p_per_day);
    perform set_config('role', 'none', true);
end $$;

-- "ok 12", "again 12", "minute retry"; the body's number is remembered.
create function village.sent(p_client text, p_to int, p_text text default 'Panen raya', p_key text default null, p_parts int default 1,
                             p_minutes int default null) returns text
language plpgsql as $$
declare
    r record;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.client_send(village.token(p_client), village.phone(p_to), p_text, p_parts, p_key,
                                                decode(md5(p_to || p_text), 'hex'), p_minutes);
    perform set_config('role', 'none', true);
    perform set_config('village.sent', coalesce(r.body ->> 'id', ''), true);
    return concat_ws(' ', r.verdict, r.client, case when r.retry > 0 then 'retry' end);
end $$;

create function village.sent_id() returns bigint
language sql volatile as $$ select current_setting('village.sent')::bigint $$;

create function village.looked(p_client text, p_id bigint) returns text
language plpgsql as $$
declare
    r record;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.client_message(village.token(p_client), p_id);
    perform set_config('role', 'none', true);
    return concat_ws(' ', r.verdict, r.body ->> 'state');
end $$;

create function village.listed(p_client text, p_key text default null, p_after bigint default 0, p_limit int default 50) returns jsonb
language plpgsql as $$
declare
    r record;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.client_messages(village.token(p_client), p_key, p_after, p_limit);
    perform set_config('role', 'none', true);
    return r.body;
end $$;
grant execute on all functions in schema village to public;

-- Tokens and scopes.
select village.client('toko');
select village.client('koran', '{inbox,money}');
select is(village.sent('toko', 24), 'ok toko', 'a client sends');
select is(village.sent('nobody', 24), 'token', 'an unknown token does not');
select is(village.sent('koran', 24), 'scope koran', 'nor does one without the scope');
select is(village.looked('koran', 1), 'scope', 'which is that of looking, too');
select is((select count(*) from kentongan.outbox where client_id is not null), 1::bigint, 'only one message is there');
select results_eq($$select peer, template, params, class, priority, parts, (select name from kentongan.clients where id = client_id)
                      from kentongan.outbox where client_id is not null$$,
                  $$values (village.phone(24), 'operator', '{"text": "TOKO: Panen raya"}'::jsonb, 'notice', 5::smallint, 1, 'toko')$$,
                  'its row: a notice behind the group''s own, its sender in front, the text a parameter');
-- What other systems send uses up no member's answers.
savepoint mass;
insert into kentongan.daily_counts (day, scope, key, n) select (kentongan.now() at time zone 'Asia/Jakarta')::date, s, 'desa', n from (values ('channel', 3000), ('mass', 2999)) x (s, n);
select is(village.says(23, 'SALDO'), 'saldo', 'a modem that sent 2,999 messages of theirs still answers');
update kentongan.daily_counts set n = 0 where scope = 'mass';
select is(village.says(23, 'SALDO'), 'quota', 'after so many answers it doesn''t');
rollback to mass;
savepoint mass;
do $$ declare r record; begin
    select * into r from api.outbox_claim('desa');
    perform api.outbox_record('desa', r.id, 'sent', 2, '{1,2}', '', '', false);
end $$;
select is(kentongan.counted('channel', 'desa') || ' ' || kentongan.counted('mass', 'desa'), '2 2', 'they are counted apart');
rollback to mass;
select village.refused('kentongan', format('select api.client_add(%L, %L, %L, %L, null, null)', 'test', 'toko', village.token('x'), '{send}'),
                       'KT409', 'a name is taken once');
select village.refused('kentongan', format('select api.client_add(%L, %L, %L, %L, null, null)', 'test', 'To ko', village.token('x'), '{send}'),
                       'KT400', 'a name has small letters');
select village.refused('kentongan', format('select api.client_add(%L, %L, %L, %L, null, null)', 'test', 'x', village.token('x'), '{all}'),
                       'KT400', 'there are three scopes');
select village.refused('kentongan', format('select api.client_add(%L, %L, %L, %L, null, null)', 'test', 'x', village.token('x'), '{}'),
                       'KT400', 'and one is needed');
select village.refused('kentongan', 'update kentongan.clients set scopes = ''{send,inbox,money}''', '42501', 'the service widens no scopes itself');

-- One key, one message.
select is(village.sent('toko', 24, 'Satu', 'k1'), 'ok toko', 'with a key');
select set_config('village.first', current_setting('village.sent'), true);
select is(village.sent('toko', 24, 'Satu', 'k1'), 'again toko', 'the same key and content');
select is(current_setting('village.sent'), current_setting('village.first'), 'is the same message');
select is(village.sent('toko', 24, 'Dua', 'k1'), 'key toko', 'the same key for another text is refused');
select is(village.sent('toko', 23, 'Satu', 'k1'), 'key toko', 'and for another number');
select village.client('warung');
select is(village.sent('warung', 24, 'Satu', 'k1'), 'ok warung', 'another client''s keys are its own');
select isnt(current_setting('village.sent'), current_setting('village.first'), 'and so is its message');
select is(village.sent('toko', 24, 'Tiga'), 'ok toko', 'without a key');
select is(village.sent('toko', 24, 'Tiga'), 'ok toko', 'each request is a message');

-- Nobody sees another's.
select is(village.looked('toko', current_setting('village.first')::bigint), 'ok queued', 'its own message');
select is(village.looked('warung', current_setting('village.first')::bigint), 'none', 'another''s is none');
select is(village.looked('toko', 987654321), 'none', 'like one that isn''t there');
select is(village.says(23, 'SALDO'), 'saldo', 'a member asks');
select is(village.looked('toko', (select max(id) from kentongan.outbox where message_id = village.heard())), 'none', 'what a member got is nobody''s');
select is(jsonb_array_length(village.listed('toko') -> 'messages'), 4, 'its own list');
select is(jsonb_array_length(village.listed('warung') -> 'messages'), 1, 'another''s list');
select is(village.listed('toko', 'k1') #>> '{messages,0,id}', current_setting('village.first'), 'by key');
select is(village.listed('toko', 'k2') -> 'messages', '[]', 'a key that was never used');
select is(village.listed('toko') -> 'next', null, 'nothing follows');
select is(jsonb_array_length(village.listed('toko', null, 0, 3) -> 'messages'), 3, 'a page');
select is(jsonb_array_length(village.listed('toko', null, (village.listed('toko', null, 0, 3) ->> 'next')::bigint, 3) -> 'messages'), 1,
          'and the next');
select is(village.listed('toko', null, 0, 4) -> 'next', null, 'a full last page has none behind it');

-- What a message says of itself.
select is(village.sent('toko', 24, 'Empat', 'k4', 2, 30), 'ok toko', 'one that expires');
select is((select expires_at - created_at from kentongan.outbox where id = village.sent_id()), interval '30 minutes', 'after half an hour');
select ok(village.listed('toko', 'k4') -> 'messages' -> 0 @>
          jsonb_build_object('id', village.sent_id(), 'to', village.phone(24), 'state', 'queued', 'parts', 2, 'key', 'k4'), 'as it waits');
select matches(village.listed('toko', 'k4') #>> '{messages,0,expires_at}', '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$', 'times are RFC 3339');
update kentongan.outbox set status = 'sending', channel = 'desa', attempts = 1 where id = village.sent_id();
select is(village.looked('toko', village.sent_id()), 'ok sending', 'under way');
select count(*) from api.outbox_record('desa', village.sent_id(), 'sent', 2, '{7,8}', 'Empat', '', false);
select is(village.looked('toko', village.sent_id()), 'ok sent', 'sent');
select ok(village.listed('toko', 'k4') -> 'messages' -> 0 ? 'sent_at' and not village.listed('toko', 'k4') -> 'messages' -> 0 ? 'expires_at', 'with the time');
select api.outbox_delivered('desa', village.phone(24), 7, 0, 0);
select api.outbox_delivered('desa', village.phone(24), 8, 0, 0);
select is(village.looked('toko', village.sent_id()), 'ok delivered', 'delivered');
select ok(village.listed('toko', 'k4') -> 'messages' -> 0 ? 'delivered_at', 'with the time');
select is(village.sent('toko', 24, 'Empat', 'k4'), 'again toko', 'the key still stands for it');
update kentongan.outbox set status = 'failed', error = 'no route', finished_at = now() where id = current_setting('village.first')::bigint;
select ok(village.listed('toko', 'k1') -> 'messages' -> 0 @> '{"state": "failed", "error": "no route"}'
          and village.listed('toko', 'k1') -> 'messages' -> 0 ? 'ended_at', 'failed, and why');
update kentongan.outbox set body = null, params = '{}' where id = village.sent_id();
select is((village.listed('toko', 'k4') #>> '{messages,0,parts}')::int, 2, 'the text may be forgotten');

-- Who wants nothing.
select is(village.sent('toko', 23, 'Lima', 'k5'), 'ok toko', 'to a member');
select set_config('village.first', current_setting('village.sent'), true);
select is(village.says(23, 'STOP'), 'stop', 'who sends STOP');
select is(village.looked('toko', current_setting('village.first')::bigint), 'ok cancelled', 'what waits is cancelled');
select is(village.sent('toko', 23, 'Enam', 'k6'), 'stopped toko', 'and nothing more is taken');
select is(village.listed('toko', 'k6') -> 'messages', '[]', 'the key is free');
select is(village.says(23, 'MULAI'), 'mulai', 'MULAI');
select is(village.sent('toko', 23, 'Enam', 'k6'), 'ok toko', 'opens it again');
update kentongan.members set reminders = false where id = village.member(26);
select is(village.sent('toko', 25), 'stopped toko', 'a shared phone: one of them is enough');
update kentongan.members set status = 'left' where id = village.member(26);
select is(village.sent('toko', 25), 'ok toko', 'who has left says nothing any more');
insert into kentongan.block_list (peer, reason) values (village.phone(77), 'test');
select is(village.sent('toko', 77), 'blocked toko', 'the block list');
select is(village.sent('toko', 78), 'ok toko', 'a number that nobody knows is fine');

-- Limits.
select village.client('cepat', '{send}', 3, 5);
select is(village.sent('cepat', 24, 'a'), 'ok cepat', 'one');
select is(village.looked('cepat', 1), 'none', 'two: looking counts');
select is(village.sent('cepat', 24, 'b'), 'ok cepat', 'three');
select is(village.sent('cepat', 24, 'c'), 'minute cepat retry', 'a fourth in this minute is refused');
select is(village.looked('cepat', 1), 'minute', 'as is looking');
select is(village.sent('nobody', 24), 'token', 'a wrong token is still a wrong token');
select is(village.sent('toko', 24), 'ok toko', 'others don''t feel it');
select village.later('1 minute');
select is(village.sent('cepat', 24, 'c', 'kc', 3), 'ok cepat', 'the next minute: three SMS, five today');
select is(village.sent('cepat', 24, 'd'), 'day cepat retry', 'a sixth SMS is too many');
select is(village.sent('cepat', 24, 'c', 'kc', 3), 'again cepat', 'asking again costs nothing');
select village.later('1 minute');
select is((select r.retry between 1 and 86400 from api.client_send(village.token('cepat'), village.phone(24), 'e', 1, null, '\x00', null) r),
          true, 'how long until tomorrow');
select village.later('1 day');
select is(village.sent('cepat', 24, 'd'), 'ok cepat', 'tomorrow it goes on');
select is((select r.body from api.client_status(village.token('cepat'), null) r) - 'waiting',
          '{"client": "cepat", "scopes": ["send"], "per_minute": 3, "per_day": 5, "sent_today": 1}', 'how it stands');
select is((select r.verdict from api.client_status(village.token('koran'), null) r), 'ok', 'any scope may ask that');
select is((select r.verdict from api.client_status(village.token('koran'), 'send') r), 'scope', 'unless one is named');

-- Two requests at the turn of a minute: the one that began before it counts after it.
select village.client('balik', '{send}', 2);
select village.later('1 minute');
select is(village.sent('balik', 24, 'a'), 'ok balik', 'the new minute: one');
select is(village.sent('balik', 24, 'b'), 'ok balik', 'two');
select village.later('-1 minute');
select is(village.sent('balik', 24, 'c'), 'minute balik retry', 'one from before the turn is the third, not the first of its minute');
select village.later('1 minute');
select is(village.sent('balik', 24, 'd'), 'minute balik retry', 'nor does the new minute begin again');
select village.later('-1 hour');
select is(village.sent('balik', 24, 'e'), 'ok balik', 'a clock that was set back shuts nobody out');
select village.later('1 hour');

-- Other settings, another token, the end.
select api.client_set('test', 'cepat', null, 100, null);
select is(village.sent('cepat', 24, 'x'), 'ok cepat', 'another limit');
select api.client_set('test', 'cepat', '{inbox}', null, null);
select is(village.sent('cepat', 24, 'x'), 'scope cepat', 'another scope');
select api.client_set('test', 'cepat', '{send}', null, null);
select api.client_token('test', 'cepat', village.token('new'));
select is(village.sent('cepat', 24, 'x'), 'token', 'the old token is worth nothing');
select is(village.sent('new', 24, 'x'), 'ok cepat', 'the new one is');
select is(api.client_remove('test', 'cepat'), (select count(*) from kentongan.outbox where status = 'queued'
              and client_id = (select id from kentongan.clients where name = 'cepat')), 'removed; what waited is told');
select is((select string_agg(distinct status, ' ') from kentongan.outbox where client_id = (select id from kentongan.clients where name = 'cepat')
            and finished_at is not null and status in ('queued', 'cancelled')), 'cancelled', 'and isn''t sent');
select is(village.sent('new', 24, 'x'), 'token', 'then nothing more');
select village.refused('kentongan', $$select api.client_token('test', 'cepat', '\x00')$$, 'KT404', 'it is gone');
select is((select count(*) from api.client_list() where name = 'cepat'), 0::bigint, 'from the list, too');
select village.client('cepat');
select is(village.sent('cepat', 24, 'Satu', 'kc'), 'ok cepat', 'another of that name is another client');
select is(jsonb_array_length(village.listed('cepat') -> 'messages'), 1, 'with messages of its own');
select is((select string_agg(action, ' ' order by id) from kentongan.audit_log where actor = 'operator:test' and subject = 'cepat'),
          'client.add client.set client.set client.set client.token client.remove client.add', 'the audit log has it all');
select is((select count(*) from kentongan.audit_log where details::text like '%token%' or details::text like '%' || encode(village.token('cepat'), 'hex') || '%'),
          0::bigint, 'and no token');
select * from finish();
rollback;
