-- PINJAM, AMBIL, BAYAR, PINJAMAN as members and officers text them.
begin;
select * from no_plan();
select village.build();
create function pg_temp.on_day(p_day date) returns void
language sql as $$ update kentongan.clock set shift = (p_day + time '10:00') at time zone 'Asia/Jakarta' - now() $$;
create function pg_temp.pin(p_number int) returns bytea
language sql as $$ select decode(md5(p_number::text), 'hex') $$;
create function pg_temp.code(p_number int, p_amount bigint default null) returns jsonb
language sql as $$ select jsonb_strip_nulls(jsonb_build_object('code', village.otp(p_number), 'amount', p_amount)) $$;
create function pg_temp.agrees(p_number int) returns text
language sql as $$ select village.says(p_number, 'SAH', pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
insert into kentongan.pins (member_id, hash, set_at)
select id, pg_temp.pin(number), now() from kentongan.members where number < 5;
update kentongan.groups set fine_amount = 5000, fine_grace_days = 3, loan_second_above = 2000000;
select pg_temp.on_day('2026-01-31');

-- --- asking ------------------------------------------------------------------------------
select is(village.says(23, 'PINJAM', '{"amount": 30000000, "count": 10}'), 'pinjam_large', 'more than the group lends');
select is(village.says(23, 'PINJAM', '{"amount": 1200000, "count": 25}'), 'pinjam_long', 'longer than it lends');
select is(village.says(23, 'PINJAM', '{"amount": 1200000, "count": 105, "unit": "week"}'), 'pinjam_long', 'in weeks, too');
select is(village.says(23, 'PINJAM', '{"amount": 100, "count": 2}'), 'amount_small', 'less than the smallest amount');
select is(village.says(23, 'PINJAM', '{"amount": 1200000, "count": 4}'), 'pinjam', 'PINJAM 1,2jt 4');
select is(village.answers(), '23 reply loan_confirm', 'the terms, and nobody else hears of it');
-- 1.5 % of 1200000 is 18000 a month.
select is(concat_ws(' ', village.param('loan_confirm', 'instalment'), village.param('loan_confirm', 'total_interest'), village.param('loan_confirm', 'unit')),
          '318000 72000 month', 'first instalment and interest in all');
select is(village.says(23, 'KODE', pg_temp.code(23)), 'request_waits', 'the member agrees');
select is(village.answers(), '01 notice loan_officer, 23 reply request_waits', 'the treasurer is asked');
select is(concat_ws(' ', village.param('loan_officer', 'savings'), coalesce(village.param('loan_officer', 'owed'), '-')), '1350000 -',
          'who reads what the member has and owes');
select is(village.says(23, 'PINJAM', '{"amount": 500000, "count": 4}'), 'pinjam_waits', 'no second request beside it');

-- --- the cash ------------------------------------------------------------------------------
select is(pg_temp.agrees(1), 'pinjam_cash', 'nobody has the cash');
select is((select status from kentongan.requests where kind = 'loan'), 'pending', 'so it waits');
create temp table code as select pg_temp.code(1) as loan;
select is(village.says(24, 'SETOR', '{"amount": 900000}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'some comes in');
select is(village.says(25, 'SETOR', '{"amount": 900000, "member": 25}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'and more');
select is(village.says(1, 'SAH', (select loan from code), pin => pg_temp.pin(1)), 'request_approved', 'now the same code works');
select is((select number from kentongan.members, kentongan.requests r where r.kind = 'loan' and members.id = r.cashier_id), 1, 'and the treasurer hands it out');
select is((select count(*)::int from kentongan.loans), 0, 'no loan yet');
select is(village.says(23, 'AMBIL', pg_temp.code(23)), 'ambil', 'AMBIL');
select is(village.answers(), '23 receipt receipt_loan, 01 receipt receipt_loan_officer', 'both have a receipt');
select is(concat_ws(' ', village.param('receipt_loan', 'loan'), village.param('receipt_loan', 'instalment'), village.param('receipt_loan', 'due'),
                    village.param('receipt_loan', 'of')), '1 318000 28/02 4', 'with the first instalment');
select is(village.cash(1), 600000::bigint, 'out of the treasurer''s cash');
select is((select concat_ws(' ', kind, actor_id = village.member(1), second_id is null) from kentongan.journal_entries order by id desc limit 1),
          'loan t t', 'by the treasurer alone');
select is(village.says(23, 'PINJAMAN'), 'pinjaman', 'PINJAMAN');
select is(concat_ws(' ', village.param('pinjaman', 'remaining'), village.param('pinjaman', 'n'), village.param('pinjaman', 'total'), village.param('pinjaman', 'due')),
          '1200000 1 318000 28/02', 'shows it');

-- --- paying --------------------------------------------------------------------------------
select is(village.says(24, 'BAYAR', '{"amount": 50000}'), 'bayar_none', 'nothing to pay');
select is(village.says(23, 'BAYAR', '{"amount": 318000, "loan": 7}'), 'loan_unknown', 'no such loan');
select is(village.says(23, 'BAYAR', '{"amount": 318000}'), 'bayar', 'BAYAR 318rb');
select is(village.answers(), '01 notice payment_officer, 23 reply bayar', 'the treasurer is asked');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'TERIMA');
select is(village.answers(), '01 receipt receipt_payment_officer, 23 receipt receipt_payment', 'both have a receipt');
select is(concat_ws(' ', village.param('receipt_payment', 'interest'), village.param('receipt_payment', 'principal'), village.param('receipt_payment', 'remaining'),
                    coalesce(village.param('receipt_payment', 'fine'), '-')), '18000 300000 900000 -', 'which says how it was divided');
select is(village.says(23, 'BAYAR', '{"amount": 318000, "loan": 1}'), 'bayar_repeat', 'the same again is asked about');
select is(village.says(23, 'LAGI'), 'bayar', 'LAGI makes it a second one');
select is(village.says(1, 'TERIMA', pg_temp.code(1, 100000)), 'terima', 'another amount');
select is(concat_ws(' ', village.param('receipt_payment', 'noted'), village.param('receipt_payment', 'principal'), village.param('receipt_payment', 'remaining')),
          '318000 100000 800000', 'is what counts');

-- --- late, with a fine ------------------------------------------------------------------------
select pg_temp.on_day('2026-04-03');
select lives_ok($$ select village.as_role('kentongan', 'select api.timed_work(''{}'')') $$, 'timed work');
select is((select count(*)::int from kentongan.loan_fines), 0, 'three days of grace');
select pg_temp.on_day('2026-04-04');
select village.as_role('kentongan', 'select api.timed_work(''{}'')');
select village.as_role('kentongan', 'select api.timed_work(''{}'')');
select is((select string_agg(n || ' ' || amount, ',') from kentongan.loan_fines), '2 5000', 'then a fine, once');
select is(village.says(23, 'PINJAM', '{"amount": 500000, "count": 4}'), 'pinjam_arrears', 'no loan with arrears');
select pg_temp.on_day('2026-05-02');
select is(village.says(23, 'PINJAMAN'), 'pinjaman', 'PINJAMAN');
-- Two instalments late: 600000 less the 100000, twice 18000, the fine.
select is(concat_ws(' ', village.param('pinjaman_late', 'count'), village.param('pinjaman_late', 'since'), village.param('pinjaman_late', 'principal'),
                    village.param('pinjaman_late', 'interest'), village.param('pinjaman_late', 'fine'), village.param('pinjaman_late', 'total')),
          '2 31/03 500000 36000 5000 541000', 'arrears');
select pg_temp.on_day('2026-05-10');
select is(village.says(23, 'BAYAR', '{"amount": 30000}'), 'bayar', 'a little');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'TERIMA');
select is(concat_ws(' ', village.param('receipt_payment', 'fine'), village.param('receipt_payment', 'interest'), coalesce(village.param('receipt_payment', 'principal'), '-')),
          '10000 20000 -', 'covers both fines, then interest');
update kentongan.groups set repayment_order = '{principal,interest,fine}';
select is(village.says(23, 'BAYAR', '{"amount": 850000}'), 'bayar', 'the whole, and more');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'TERIMA');
-- Interest of three instalments is 54000, 20000 paid; principal 800000.
select is(concat_ws(' ', village.param('receipt_payment', 'interest'), village.param('receipt_payment', 'principal'), village.param('receipt_payment', 'rest'),
                    village.param('receipt_payment', 'remaining')), '34000 800000 16000 0', 'what is over is saved');
select is(village.answers(), '01 receipt receipt_payment_officer, 23 receipt receipt_payment, 23 notice loan_settled', 'and the loan is over');
select is(village.saved(23), 1016000::bigint, 'in sukarela');
select is(village.says(23, 'BAYAR', '{"amount": 50000, "loan": 1}'), 'bayar_settled', 'nothing more to pay');
select is(village.says(23, 'PINJAMAN'), 'pinjaman_none', 'nothing to show');

-- --- the order is data ------------------------------------------------------------------------
-- A loan of 600000 over 3 months from 31 January, nothing paid: on 10 May 9000 + 5000 a month are behind.
select is(api.import_loan('test', 'MELATI', 24, 600000, 600000, 3, 15, '2026-01-31'), 2, 'a loan that was taken over');
select is(api.import_loan('test', 'MELATI', 24, 100000, 50000, 2, 10, '2026-01-31'), 3, 'and a second one');
select is(village.says(24, 'BAYAR', '{"amount": 250000}'), 'bayar_which', 'which one?');
select is(village.param('bayar_which', 'which'), 'P-2, P-3', 'is asked');
select is(village.says(24, 'BAYAR', '{"amount": 250000, "loan": 2}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'bayarterima', 'this one');
select is(concat_ws(' ', coalesce(village.param('receipt_payment', 'fine'), '-'), coalesce(village.param('receipt_payment', 'interest'), '-'),
                    village.param('receipt_payment', 'principal')), '- - 250000', 'principal first');
select is((select concat_ws(' ', d.fine, d.interest, d.principal) from kentongan.loans l, kentongan.loan_due(l.id, '2026-05-10') d where number = 2),
          '15000 27000 350000', 'interest and three fines wait');
update kentongan.groups set repayment_order = '{interest,fine,principal}';
select is(village.says(24, 'BAYAR', '{"amount": 30000, "loan": 2}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'bayarterima', 'another order');
select is(concat_ws(' ', village.param('receipt_payment', 'fine'), village.param('receipt_payment', 'interest'),
                    coalesce(village.param('receipt_payment', 'principal'), '-')), '3000 27000 -', 'interest first, then fines');

select * from finish();
rollback;
