-- What the operator's verbs call: groups, members, offices, imports, lists.
begin;
select * from no_plan();
select village.build();

create function pg_temp.problems(p_rows jsonb, p_dry_run boolean default false) returns text
language sql volatile as $$
    select string_agg(line || ': ' || problem, '; ' order by line) from api.import_members('ani', 'melati', p_rows, p_dry_run)
$$;
create function pg_temp.members() returns bigint
language sql volatile as $$ select count(*) from kentongan.members where group_id = village.group_id() $$;

-- --- import ------------------------------------------------------------------------------------
\set rows '[{"line": 2, "number": 40, "name": "Wati", "msisdn": "+6281200000040", "sukarela": 5000}, {"line": 3, "number": 41, "name": "Yuli"}]'
select is(pg_temp.problems(:'rows', true), null, 'a good file has no problems');
select is(pg_temp.members(), 9::bigint, 'a dry run changes nothing');
select is(pg_temp.problems(:'rows'::jsonb || '[{"line": 4, "number": 23, "name": "X"}, {"line": 5, "number": 41, "name": "Y"}]'),
          '3: member number 41 stands in this file 2 times; 4: group MELATI has a member 23 already; 5: member number 41 stands in this file 2 times', 'each bad line is named');
select is(pg_temp.members(), 9::bigint, 'and nothing is done');
select throws_ok($$ select pg_temp.problems('[{"line": 2, "number": 50, "name": "Good", "sukarela": 1000}, {"line": 3, "number": 51, "name": ""}]') $$, '23514', null, 'a row that the database refuses');
select is(pg_temp.members() || '/' || (select count(*) from kentongan.journal_entries), '9/3', 'takes all others back');
select is(pg_temp.problems(:'rows'), null, 'imported');
select is(village.saved(40) || '/' || village.saved(41), '5000/0', 'with balances');
select is(village.says(40, 'SALDO', peer => '+6281200000040') || village.param('saldo', 'sukarela'), 'saldo5000', 'and phones that work');
select is(pg_temp.problems(:'rows'), '2: group MELATI has a member 40 already; 3: group MELATI has a member 41 already', 'not twice');
select is((select sum(balance)::bigint from kentongan.accounts), 0::bigint, 'against the opening account');
select is((select row(actor, details ->> 'rows')::text from kentongan.audit_log where action = 'import.members' order by id desc limit 1), row('operator:ani', '2')::text, 'the import is audited');
select is((select count(*)::int from kentongan.audit_log where actor = 'operator:ani' and action = 'insert.members'), 2, 'and each member');
select throws_ok($$ select * from api.import_members('ani', 'NONSUCH', '[]', true) $$, 'KT404', null, 'a group that isn''t there');

select is(api.import_loan('ani', 'MELATI', 40, 1000, 1000, 3, 10, '2026-01-31'), 1, 'a loan');
select is((select array_agg(principal || ' ' || due_on order by n) from kentongan.loan_schedule), array['334 2026-02-28', '333 2026-03-31', '333 2026-04-30'], 'parts add up, days fit the month');
select is(api.import_loan('ani', 'MELATI', 41, 1000, 0, 3, 10, '2026-01-31'), 2, 'one that is paid off');
select is(village.says(40, 'PINJAMAN', peer => '+6281200000040'), 'pinjaman', 'the first shows');
select throws_ok($$ select api.import_loan('ani', 'MELATI', 40, 1000, 1001, 3, 10, '2026-01-31') $$, 'KT400', null, 'more is left than was lent');
select throws_ok($$ select api.import_loan('ani', 'MELATI', 40, 1000, -1, 3, 10, '2026-01-31') $$, 'KT400', null, 'less than nothing is left');
select throws_ok($$ select api.import_loan('ani', 'MELATI', 40, 1000, 10, 0, 10, '2026-01-31') $$, 'KT400', null, 'without instalments');

-- --- groups -----------------------------------------------------------------------------------------
select throws_ok($$ select api.group_add('ani', 'melati', 'X Y', '{}') $$, 'KT409', null, 'a group''s code is its own');
select throws_ok($$ select api.group_add('ani', 'MAWAR', 'UP2K MAWAR', '{"timezone": "Mars/Olympus"}') $$, 'KT400', null, 'a zone that isn''t there');
select throws_ok($$ select api.group_add('ani', 'MA-WAR', 'UP2K MAWAR', '{}') $$, '23514', null, 'a code of letters and digits');
select isnt(api.group_add('ani', 'mawar', 'UP2K MAWAR', '{"timezone": "Asia/Makassar", "lang": "en"}'), null, 'a new group');
select api.group_set('ani', 'MAWAR', '{"largest_amount": 9000, "second_officer_above": 8000}');
select is((select row(code, timezone, lang, largest_amount, second_officer_above)::text from kentongan.groups where code = 'MAWAR'), row('MAWAR', 'Asia/Makassar', 'en', 9000, 8000)::text, 'with its settings');
select is((select details ->> 'largest_amount' from kentongan.audit_log where action = 'update.groups' order by id desc limit 1), '[50000000, 9000]', 'a change is audited with both values');
select throws_ok($$ select api.group_set('ani', 'MAWAR', '{"largest_amount": 1}') $$, '23514', null, 'limits must make sense');
select is((select row(members, savings, loans, pending, cash)::text from api.group_list() where code = 'MELATI'), row(11, 1406000, 1000, 0, 0)::text, 'the list adds up');
select is((select members from api.group_list() where code = 'MAWAR'), 0::bigint, 'an empty group is listed as well');

-- --- members ----------------------------------------------------------------------------------------
select is(api.member_add('ani', 'MELATI', null, 'Nur Hidayati Kusuma', '', '{}'), 42, 'the next number');
select is((select short_name from kentongan.members where number = 42), 'NUR H', 'a long name is cut for messages');
select throws_ok($$ select api.member_add('ani', 'MELATI', 42, 'X', '', '{}') $$, 'KT409', null, 'a number is taken once');
select throws_ok($$ select api.member_add('ani', 'MELATI', 43, 'X', '0812', '{}') $$, '23514', null, 'a phone number is in full');
select is(api.member_add('ani', 'MAWAR', null, 'Ani', village.phone(23), '{}'), 1, 'one phone, members of two groups');
select is(village.says(23, 'SALDO'), 'which_member', 'must say who');
select is(village.says(23, 'SALDO', '{"member": 1}') || village.param('saldo', 'group'), 'saldoMAWAR', 'and gets that group''s figures');

select api.member_phone('ani', 'MELATI', 24, '+6281200000124');
select is(village.says(24, 'SALDO'), 'unknown_number', 'the old number is nobody''s');
select is(village.says(0, 'SALDO', peer => '+6281200000124') || village.param('saldo', 'number'), 'saldo24', 'the new one is the member''s');
select is((select peer || ' ' || template from kentongan.outbox where message_id is null order by id desc limit 1), village.phone(24) || ' phone_changed', 'the old one is told');
select count(*) as messages from kentongan.outbox \gset
select api.member_phone('ani', 'MELATI', 24, '+6281200000124');
select is((select count(*)::bigint from kentongan.outbox), :messages::bigint, 'the same number again is no change');
select is((select count(*)::int from kentongan.member_phones where member_id = village.member(24)), 2, 'the past is kept');
select throws_ok($$ select api.member_phone('ani', 'MELATI', 99, '+6281200000124') $$, 'KT404', null, 'a member that isn''t there');

-- --- offices ----------------------------------------------------------------------------------------
select throws_ok($$ select api.officer_set('ani', 'MELATI', 23, 'raja', true) $$, 'KT400', null, 'an office that isn''t there');
select throws_ok($$ select api.officer_set('ani', 'MELATI', 1, 'pengawas', true) $$, 'KT409', null, 'a treasurer is no supervisor');
select throws_ok($$ select api.officer_set('ani', 'MELATI', 4, 'bendahara', true) $$, 'KT409', null, 'a supervisor no treasurer');
select lives_ok($$ select api.officer_set('ani', 'MELATI', 3, 'bendahara', true) $$, 'a secretary may be treasurer as well');
select lives_ok($$ select api.officer_set('ani', 'MELATI', 3, 'bendahara', true) $$, 'twice is no matter');
select is((select role from api.member_list('MELATI') where number = 3), 'bendahara', 'the higher office shows');
select village.says(24, 'SETOR', '{"amount": 50000}', peer => '+6281200000124') = 'setor' as noted \gset
select api.officer_set('ani', 'MELATI', 1, 'bendahara', false);
select is((select count(*)::int from kentongan.one_time_codes where person_id = village.member(1) and closed_at is null), 0, 'who leaves office leaves the codes');
select is((select string_agg(distinct kentongan.role_of(person_id), ' ') from kentongan.one_time_codes where closed_at is null), 'bendahara', 'the next treasurer is asked instead');
select is((select count(*)::int from kentongan.officers where member_id = village.member(1)), 1, 'the office held stays on record');
select is((select details ->> 'until' is not null from kentongan.audit_log where action = 'update.officers' order by id desc limit 1), true, 'and is audited');
select is((select count(*)::int from api.member_list('MELATI') where role is null), 9, 'the others have none');

-- --- lists --------------------------------------------------------------------------------------------
select set_eq($$ select direction, state from api.message_list('+6281200000124', null, 100) $$, $$ values ('in', 'saldo'), ('out', 'queued'), ('in', 'setor') $$, 'messages of a number');
select is((select count(*)::int from api.message_list(null, 'MAWAR', 100)), 2, 'of a group');
select is((select count(*)::int from api.message_list(null, null, 3)), 3, 'so many and no more');
select isnt(api.operator_send('ani', village.phone(23), 'Halo'), null, 'a message from the operator');
select is((select row(template, params, class)::text from kentongan.outbox order by id desc limit 1), row('operator', '{"text": "Halo"}'::jsonb, 'notice')::text, 'waits as such');
select is((select actor || subject from kentongan.audit_log where action = 'send'), 'operator:ani' || village.phone(23), 'and is audited');
select is((select status from api.outbox_state((select max(id) from kentongan.outbox))), 'queued', 'its state can be asked');

select * from finish();
rollback;
