-- The week's figures: once a group and week, from Monday 07:00 of the group's own clock.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5('pin'), 'hex'), now() from unnest(array[1, 23]) n;

-- Sets the clock to a moment of a group's zone. Weeks far ahead, so that the group isn't of this week.
create function pg_temp.at(p_local timestamp, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local at time zone p_zone - now() $$;
create function pg_temp.monday() returns date
language sql as $$ select date_trunc('week', now() at time zone 'Asia/Jakarta')::date + 70 $$;
create function pg_temp.code(p_number int) returns jsonb
language sql as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
create function pg_temp.deposits(p_amount bigint) returns text
language sql as $$ select village.says(23, 'SETOR', jsonb_build_object('amount', p_amount)) || ' ' || village.says(1, 'TERIMA', pg_temp.code(1)) $$;
-- Whom a sweep tells.
create function pg_temp.sweep() returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform api.timed_work('{}');
    return (select coalesce(string_agg(right(peer, 2) || ' ' || (params ->> 'group'), ', ' order by id), '') from kentongan.outbox
             where id > v_before and template = 'weekly');
end $$;
create function pg_temp.figure(p_name text) returns text
language sql as $$ select params ->> p_name from kentongan.outbox where template = 'weekly' order by id desc limit 1 $$;
create function pg_temp.figures(variadic p_names text[]) returns text
language sql as $$ select string_agg(pg_temp.figure(k), ' ' order by n) from unnest(p_names) with ordinality x(k, n) $$;

-- --- a group of this week has no week before ---------------------------------------------
select is(pg_temp.sweep(), '', 'a group made this week is told nothing');
select pg_temp.at(pg_temp.monday() + time '12:00');
select is(pg_temp.sweep(), '', 'a week without a word has no figures');
select is((select told || figures::text from kentongan.weekly_reports), '0{}', 'which is decided once');

-- --- a week's money -------------------------------------------------------------------------
-- The last second of the week before, and the first of the next, aren't this week's.
select pg_temp.at(pg_temp.monday() + 7 - interval '1 second');
select is(pg_temp.deposits(11000), 'setor terima', 'Sunday 23:59:59');
select pg_temp.at(pg_temp.monday() + 7 + interval '0 seconds');
select is(pg_temp.deposits(20000), 'setor terima', 'Monday 00:00:00');
select is(pg_temp.sweep(), '', 'before seven nobody is woken');
select pg_temp.at(pg_temp.monday() + 7 + time '06:59:59');
select is(pg_temp.sweep(), '', 'not at 06:59:59');
select pg_temp.at(pg_temp.monday() + 7 + time '07:00');
select is(pg_temp.sweep(), '04 MELATI', 'at seven the supervisor hears');
select is(pg_temp.figures('from', 'until', 'deposits', 'deposited', 'withdrawals'),
          to_char(pg_temp.monday(), 'DD/MM') || ' ' || to_char(pg_temp.monday() + 6, 'DD/MM') || ' 1 11000 0', 'of the week that is over');
select is(pg_temp.sweep(), '', 'once');
select is((select told from kentongan.weekly_reports where week = pg_temp.monday()), 1, 'and it is kept');

select pg_temp.at(pg_temp.monday() + 9 + time '10:00');
select is(pg_temp.deposits(30000), 'setor terima', 'Wednesday');
select is(village.says(23, 'TARIK', '{"amount": 15000}') || ' ' || village.says(23, 'KODE', pg_temp.code(23), pin => decode(md5('pin'), 'hex')) || ' '
          || village.says(1, 'SAH', pg_temp.code(1), pin => decode(md5('pin'), 'hex')) || ' ' || village.says(23, 'AMBIL', pg_temp.code(23)),
          'tarik request_waits request_approved ambil', 'a withdrawal');
-- A loan goes out, and one instalment comes in.
insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
values (village.group_id(), village.member(24), 7, 40000, kentongan.today(village.group_id()));
select kentongan.post(village.group_id(), 'loan', array[kentongan.account(village.group_id(), 'loan', null, id),
    kentongan.account(village.group_id(), 'cash', village.member(1))], array[40000, -40000], village.member(1)) from kentongan.loans where number = 7;
insert into kentongan.loan_payments (loan_id, entry_id, on_day, interest, principal)
select id, kentongan.post(village.group_id(), 'payment', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
    kentongan.account(village.group_id(), 'loan', null, id), kentongan.account(village.group_id(), 'interest')], array[10500, -10000, -500],
    village.member(1)), kentongan.today(village.group_id()), 500, 10000 from kentongan.loans where number = 7;
-- One that is taken back again counts for nothing, nor does what moves no cash.
select is(pg_temp.deposits(77000), 'setor terima', 'a mistake');
select kentongan.post(village.group_id(), 'reversal', array_agg(account_id), array_agg(-amount), village.member(1), null, null, null, null, 'keliru', entry_id)
  from kentongan.postings where entry_id = (select max(id) from kentongan.journal_entries) group by entry_id;
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'reserve'),
    kentongan.account(village.group_id(), 'shu_payable', village.member(23))], array[30000, -30000], village.member(1));
insert into kentongan.cash_counts (group_id, officer_id, at, booked, counted)
select village.group_id(), village.member(1), kentongan.now(), b, n from (values (100, 100), (100, 80), (100, 105)) x(b, n);
select is(village.says(23, 'SALAH', jsonb_build_object('code', (select code from kentongan.requests where amount = 30000 order by id desc limit 1))), 'salah', 'and a complaint');
-- The audit log is linked and sealed.
insert into kentongan.audit_chain (sequence, audit_id, hash) select 1, min(id), sha256('one') from kentongan.audit_log;
insert into kentongan.audit_chain (sequence, audit_id, hash) select 2, max(id), sha256('two') from kentongan.audit_log;
select pg_temp.at(pg_temp.monday() + 14 + time '09:00');
select is(pg_temp.sweep(), '04 MELATI', 'the next Monday');
select is(pg_temp.figures('deposits', 'deposited', 'withdrawals', 'withdrawn', 'loans', 'lent', 'payments', 'repaid'), '2 50000 1 15000 1 40000 1 10500', 'counts and totals');
select is(pg_temp.figures('differences', 'difference', 'cases'), '2 -15 1', 'differences of cash, open complaints');
select is(pg_temp.figures('sequence', 'fingerprint'), '2 ' || substr(encode(sha256('two'), 'hex'), 1, 4) || ' ' || substr(encode(sha256('two'), 'hex'), 5, 4), 'the newest link''s fingerprint');
insert into kentongan.audit_seals (sequence, key_id, public_key, signature)
values (1, 'k', decode(repeat('00', 32), 'hex'), decode(repeat('00', 64), 'hex'));
select is(kentongan.fingerprint() ->> 'sequence', '1', 'a sealed one before one that isn''t');

-- --- whose it is -------------------------------------------------------------------------------
select pg_temp.at(pg_temp.monday() + 15 + time '09:00');
select is(village.says(23, 'SALDO'), 'saldo', 'a week in which somebody only looked');
select pg_temp.at(pg_temp.monday() + 23 + time '09:00');
select is(pg_temp.sweep(), '04 MELATI', 'has figures, on Wednesday still when nothing ran before');
select is(pg_temp.figures('deposits', 'deposited', 'withdrawn', 'lent', 'repaid'), '0 0 0 0 0', 'all of them nothing');
select is(pg_temp.figure('difference'), null, 'and no difference');
select is(village.says(23, 'SALDO'), 'saldo', 'another');
select api.officer_set('test', 'MELATI', 4, 'pengawas', false);
select pg_temp.at(pg_temp.monday() + 28 + time '07:00');
select is(pg_temp.sweep(), '02 MELATI', 'without a supervisor the chair hears');

-- --- other zones -----------------------------------------------------------------------------------
select api.group_add('test', 'TIMUR', 'UP2K TIMUR', '{"timezone": "Asia/Jayapura"}');
select api.import_members('test', 'TIMUR', '[{"line": 1, "number": 1, "name": "Yosina", "msisdn": "+6281200000071", "role": "pengawas"},
    {"line": 2, "number": 2, "name": "Maria", "msisdn": "+6281200000072"}]', false);
select pg_temp.at(pg_temp.monday() + 34 + time '23:59', 'Asia/Jayapura');
select is(village.says(72, 'SALDO') || ' ' || village.says(23, 'SALDO'), 'saldo saldo', 'both groups look on the east''s Sunday night');
select pg_temp.at(pg_temp.monday() + 35 + time '07:00', 'Asia/Jayapura');
select is(pg_temp.sweep(), '71 TIMUR', 'the east''s Monday comes first');
select pg_temp.at(pg_temp.monday() + 35 + time '07:00');
select is(pg_temp.sweep(), '02 MELATI', 'two hours later the west''s');
select pg_temp.at(pg_temp.monday() + 42 + time '00:30', 'Asia/Jayapura');
select is(village.says(72, 'SALDO') || ' ' || village.says(23, 'SALDO'), 'saldo saldo', 'the east''s Monday is the west''s Sunday');
select pg_temp.at(pg_temp.monday() + 42 + time '12:00');
select is(pg_temp.sweep(), '02 MELATI', 'so the one was of this week, the other of the last');
select is((select array_agg(week - pg_temp.monday() order by week) from kentongan.weekly_reports w join kentongan.groups g on g.id = group_id where code = 'TIMUR' and told > 0),
          array[28], 'the east has had one');
select pg_temp.at(pg_temp.monday() + 49 + time '07:00', 'Asia/Jayapura');
select is(pg_temp.sweep(), '71 TIMUR', 'and has its second a week later');

-- --- after a Monday on which the service stood still ---------------------------------------------------
select pg_temp.at(pg_temp.monday() + 44 + time '10:00');
select is(village.says(23, 'SALDO'), 'saldo', 'somebody looks on a Wednesday');
select pg_temp.at(pg_temp.monday() + 50 + time '02:00');
select is(pg_temp.sweep(), '', 'the week''s figures wake nobody on the night to Tuesday');
select pg_temp.at(pg_temp.monday() + 50 + time '07:00');
select is(pg_temp.sweep(), '02 MELATI', 'they come in its morning');

select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
