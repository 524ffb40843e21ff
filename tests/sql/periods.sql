-- Closing a year, sharing out: two officers, the entry, and what is refused after.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), decode(md5('pin' || n), 'hex'), kentongan.now() from unnest(array[1, 2, 3, 23, 25]) n;
create function pg_temp.pin(p_number int) returns bytea language sql as $$ select decode(md5('pin' || p_number), 'hex') $$;
create function pg_temp.earn(p_kind text, p_amount bigint) returns bigint
language sql as $$
    select kentongan.post(village.group_id(), 'test',
        array[kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), p_kind)],
        array[p_amount, -p_amount], village.member(1))
$$;
create function pg_temp.owed(p_number int) returns bigint language sql as $$ select village.saved(p_number, 'shu_payable') $$;
create function pg_temp.year() returns text language sql as $$ select extract(year from kentongan.today(village.group_id()))::text $$;
-- On to 1 January.
create function pg_temp.next_year() returns void language sql as $$
    select village.later((make_date(extract(year from kentongan.today(village.group_id()))::int + 1, 1, 1) - kentongan.today(village.group_id()))
                         * interval '1 day')
$$;
create function pg_temp.verified() returns bigint language sql as $$
    select (select count(*) from api.verify_accounts()) + (select count(*) from api.verify_entries())
         + (select count(*) from api.verify_balances_after()) + (select count(*) from api.verify_floors())
         + (select count(*) from api.verify_loans()) + (select count(*) from api.verify_periods())
         + (select count(*) from api.verify_requests())
$$;

select pg_temp.earn('interest', 100000), pg_temp.earn('fines', 1001), pg_temp.earn('expenses', -1000);
create temp table y as select pg_temp.year() as year;

-- --- before its time -----------------------------------------------------------
select is(village.says(23, 'TUTUPBUKU'), 'tutup_refused', 'a member closes nothing');
select is(village.answers(), '23 reply not_officer', 'and is told');
select is(village.says(2, 'TUTUPBUKU', jsonb_build_object('year', ((select year from y)::int + 1)::text)), 'tutup_early', 'next year is not over');
select is(village.says(2, 'TUTUPBUKU', jsonb_build_object('year', ((select year from y)::int - 1)::text)), 'tutup_nothing', 'last year is empty');

-- --- the year is over: proposed, agreed to ---------------------------------------
select pg_temp.next_year();
select is(village.says(23, 'SHU', jsonb_build_object('year', (select year from y))), 'shu_estimate', 'before closing: an estimate');
select is(village.param('shu_estimate', 'share'), '24090', 'of 25000 by savings, 1350 of 1401 thousand');
select is(village.says(2, 'TUTUPBUKU'), 'tutup', 'the chair proposes last year');
select is(village.param('close_confirm', 'surplus'), '100001', 'with its surplus');
select is(village.param('close_confirm', 'part'), '25000', 'the members'' part');
select is(village.param('close_confirm', 'reserve'), '60001', 'the reserve: 40000 and a rupiah over, and 20000 for business that nobody did');
select is(village.says(2, 'KODE', jsonb_build_object('code', village.otp(2)), pin => pg_temp.pin(2)), 'request_waits', 'code and PIN');
select is(village.says(1, 'TUTUPBUKU'), 'tutup_refused', 'one proposal at a time');
select is(village.answers(), '01 reply tutup_waits', 'and that is said');

-- The figures change before the second agrees.
select kentongan.post(village.group_id(), 'test',
    array[kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), 'fines')],
    array[500, -500]::bigint[], village.member(1), p_occurred => make_date((select year from y)::int, 12, 31));
select is(village.says(3, 'SAH', jsonb_build_object('code', village.otp(3)), pin => pg_temp.pin(3)), 'tutup_changed', 'other figures: not closed');
select is(village.answers(), '03 reply tutup_changed, 02 notice tutup_changed', 'both learn it');
select is((select count(*) from kentongan.periods where status = 'closed'), 0::bigint, 'nothing is closed');
select is((village.request()).status, 'rejected', 'the request is over');

select is(village.says(2, 'TUTUPBUKU', jsonb_build_object('year', (select year from y))), 'tutup', 'proposed anew');
select is(village.says(2, 'KODE', jsonb_build_object('code', village.otp(2)), pin => pg_temp.pin(2)), 'request_waits', 'confirmed');
select is(village.says(3, 'SAH', jsonb_build_object('code', village.otp(3)), pin => pg_temp.pin(3)), 'tutup_closed', 'a second officer: closed');
select ok(village.answers() like '03 reply close_done, %23 receipt shu_share%25 receipt shu_share%', 'officers learn it, members get receipts');
select results_eq($$ select n, pg_temp.owed(n) from unnest(array[23, 24, 25, 26]) n $$,
                  $$ values (23, 24211::bigint), (24, 0::bigint), (25, 448::bigint), (26, 466::bigint) $$,
                  '25125 by 1350, 25, 26 of 1401: 24210.4, 448.3, 466.3, the rupiah over to the largest remainder');
select is((select sum(s.savings_share)::bigint from kentongan.period_shares s), 25125::bigint, 'the shares sum to the part');
select results_eq($$ select k, kentongan.balance(village.group_id(), k) from unnest(array['reserve', 'officers_fund', 'education_fund', 'social_fund',
                                'interest', 'fines', 'expenses']) k $$,
                  $$ values ('reserve', 60301::bigint), ('officers_fund', 5025::bigint), ('education_fund', 5025::bigint), ('social_fund', 5025::bigint),
                            ('interest', 0::bigint), ('fines', 0::bigint), ('expenses', 0::bigint) $$,
                  '100501: income and expenses are empty, reserve and funds have their parts');
select is(pg_temp.verified(), 0::bigint, 'the books are right');

-- --- closed is closed ---------------------------------------------------------------
select throws_ok(format($$ select kentongan.post(village.group_id(), 'test',
    array[kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), 'fines')],
    array[500, -500]::bigint[], village.member(1), p_occurred => %L) $$, day), 'KT003', null, 'nothing is posted on ' || day)
  from unnest(array[make_date((select year from y)::int, 12, 31), make_date((select year from y)::int - 3, 1, 1)]) day;
select lives_ok($$ select pg_temp.earn('fines', 2000) $$, 'today''s is posted');
select is(village.says(2, 'TUTUPBUKU', jsonb_build_object('year', (select year from y))), 'tutup_done_already', 'once is enough');
select is(village.says(23, 'SHU', jsonb_build_object('year', (select year from y))), 'shu', 'now it is no estimate');
select is(village.param('shu', 'share'), '24211', 'but what is owed');
select is(village.says(23, 'SHU'), 'shu', 'without a year, too: what lies ready');
select is(village.says(24, 'SHU'), 'shu_estimate', 'who has nothing ready sees the running year');
select is(village.says(1, 'LABA'), 'laba', 'LABA');
select is(village.param('laba', 'surplus'), '2000', 'is of the new year');
select is((select surplus from kentongan.shu_plan(village.group_id(), make_date((select year from y)::int, 1, 1), make_date((select year from y)::int, 12, 31), '{"reserve": 100}')),
          100501::bigint, 'the closing entry is no result itself');
select results_eq($$ select label, status, surplus, members_part, members from api.period_list('MELATI') $$,
                  $$ select year, 'closed', 100501::bigint, 25125::bigint, 3 from y $$, 'the operator sees it');
select is((select reserve from api.period_show('MELATI', (select year from y))), 60301::bigint, 'and where it went');
select is((select count(*) from api.period_shares('MELATI', (select year from y))), 3::bigint, 'and whose it is');
select throws_ok($$ select * from api.period_show('MELATI', '1999') $$, 'KT404', null, 'no such period');
select is(village.says(23, 'TARIK', '{"product": "shu", "amount": 20000}'), 'tarik', 'it can be asked for');

-- --- the division ---------------------------------------------------------------------
select is(village.says(2, 'PERSEN', '{"text": "cadangan 50 simpanan 60"}'), 'persen_unclear', '110 percent');
select is(village.param('persen_unclear', 'sum'), '110', 'is said');
select is(village.says(2, 'PERSEN', '{"text": "cadangan 30 simpanan 70"}'), 'persen_asked', 'a new division');
select is(village.says(2, 'KODE', jsonb_build_object('code', village.otp(2)), pin => pg_temp.pin(2)), 'request_waits', 'confirmed');
select is(village.says(3, 'SAH', jsonb_build_object('code', village.otp(3)), pin => pg_temp.pin(3)), 'setting_done', 'agreed to');
select is((select shu_percent ->> 'savings' from kentongan.groups where code = 'MELATI'), '70', 'is the rule now');
select is((select percent ->> 'savings' from kentongan.periods where status = 'closed'), '25', 'the closed year keeps its own');

-- --- share-out ----------------------------------------------------------------------------
select is(village.says(2, 'BATAL', jsonb_build_object('code', (select code from kentongan.requests where kind = 'withdrawal'))), 'code_unknown', 'not hers');
select is(village.says(2, 'BAGIHASIL'), 'bagi', 'a share-out is proposed');
select is(village.param('share_out_confirm', 'saved'), '1401000', 'all savings');
select is(village.param('share_out_confirm', 'surplus'), '2000', 'and what was earned since');
select is(village.says(2, 'KODE', jsonb_build_object('code', village.otp(2)), pin => pg_temp.pin(2)), 'request_waits', 'confirmed');
select is(village.says(3, 'SAH', jsonb_build_object('code', village.otp(3)), pin => pg_temp.pin(3)), 'bagi_done', 'agreed to');
select results_eq($$ select n, pg_temp.owed(n), village.saved(n) + village.saved(n, 'wajib') + village.saved(n, 'pokok') from unnest(array[23, 25, 26]) n $$,
                  $$ values (23, (24211 + 1350000 + 1927)::bigint, 0::bigint), (25, (448 + 25000 + 36)::bigint, 0::bigint),
                            (26, (466 + 26000 + 37)::bigint, 0::bigint) $$,
                  '2000 by savings: 1927.2 35.7 37.1, with the savings themselves');
select is(kentongan.balance(village.group_id(), 'fines'), 0::bigint, 'nothing earned is left');
select lives_ok($$ select pg_temp.earn('fines', 100) $$, 'the next cycle begins the same day');
select is(pg_temp.verified(), 0::bigint, 'the books are right');
select is(village.says(2, 'BAGIHASIL'), 'bagi_nothing', 'nothing saved, nothing to share');

-- A running loan stands in the way.
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
        kentongan.account(village.group_id(), 'sukarela', village.member(24))], array[5000, -5000]::bigint[], village.member(1));
select api.import_loan('test', 'MELATI', 23, 100000, 50000, 10, 15, '2026-01-01');
select is(village.says(2, 'BAGIHASIL'), 'bagi_loans', 'not while loans run');
update kentongan.groups set kind = 'koperasi' where code = 'MELATI';
select is(village.says(2, 'BAGIHASIL'), 'bagi_koperasi', 'never in a koperasi');

select * from finish();
rollback;
