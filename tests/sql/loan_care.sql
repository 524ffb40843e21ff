-- ULUR, TANGGUNG, HAPUSPINJAMAN: two officers see to a loan that goes wrong.
begin;
select * from no_plan();
select village.build();
create function pg_temp.on_day(p_day date) returns void
language sql as $$ update kentongan.clock set shift = (p_day + time '10:00') at time zone 'Asia/Jakarta' - now() $$;
create function pg_temp.pin(p_number int) returns bytea
language sql as $$ select decode(md5(p_number::text), 'hex') $$;
create function pg_temp.code(p_number int) returns jsonb
language sql as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
-- An officer's word: code and PIN, as who asked or as the second.
create function pg_temp.agrees(p_number int) returns text
language sql as $$ select village.says(p_number, 'KODE', pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
-- The treasurer has the money; as it gives back hers, too, the chair must agree.
create function pg_temp.received() returns text
language sql as $$
    select village.says(1, 'TERIMA', pg_temp.code(1)) || ' ' || village.says(2, 'TERIMA', pg_temp.code(2))
$$;
create function pg_temp.schedule(p_number int) returns text
language sql as $$
    select string_agg(concat_ws(' ', s.n, to_char(s.due_on, 'DD/MM'), s.principal, s.interest), ', ' order by s.n)
      from kentongan.loans l join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version where l.number = p_number
$$;
create function pg_temp.overdue(p_number int) returns text
language sql as $$
    select concat_ws(' ', o.fine, o.interest, o.principal, o.count)
      from kentongan.loans l, kentongan.loan_overdue(l.id, kentongan.today(l.group_id)) o where l.number = p_number
$$;
create function pg_temp.of_group(p_kind text) returns bigint
language sql as $$ select kentongan.balance(village.group_id(), p_kind) $$;
create function pg_temp.of_member(p_kind text, p_number int) returns bigint
language sql as $$ select kentongan.balance(village.group_id(), p_kind, village.member(p_number)) $$;
create function pg_temp.left_of(p_number int) returns bigint
language sql as $$ select remaining from kentongan.loan_state where number = p_number $$;

insert into kentongan.pins (member_id, hash, set_at)
select id, pg_temp.pin(number), now() from kentongan.members where number < 5;
select pg_temp.on_day('2026-05-10');
select is(concat_ws(' ', api.import_loan('test', 'MELATI', 23, 600000, 600000, 6, 20, '2026-01-31'),
       api.import_loan('test', 'MELATI', 1, 100000, 100000, 2, 10, '2026-04-30'),
       api.import_loan('test', 'MELATI', 24, 300000, 300000, 3, 10, '2026-01-31')), '1 2 3', 'three loans');

-- --- who may ---------------------------------------------------------------------------
select is(village.says(24, 'ULUR', '{"loan": 1, "count": 6}'), 'not_officer', 'a member may not');
select is(village.says(1, 'ULUR', '{"loan": 9, "count": 6}'), 'loan_unknown', 'an unknown loan');
select is(village.says(1, 'ULUR', '{"loan": 2, "count": 6}'), 'loan_own', 'an officer''s own');
select is(village.says(1, 'ULUR', '{"loan": 1, "count": 99}'), 'pinjam_long', 'too long');

-- --- new terms ----------------------------------------------------------------------------
-- Behind: three of 100000 + 12000. The fourth period runs from 30 April to 31 May: on
-- 10 May 10 of its 31 days are over: 12000 * 10 / 31 = 3871.
select is(pg_temp.overdue(1), '0 36000 300000 3', 'three instalments behind');
select is(village.says(1, 'ULUR', '{"loan": 1, "count": 4}'), 'ulur', 'ULUR P-1 4');
select is(village.param('restructure_confirm', 'amount') || ' ' || village.param('restructure_confirm', 'instalment'), '600000 201871',
          'shows 150000 + 12000 + what is due of interest');
select is(pg_temp.agrees(1), 'request_waits', 'the officer confirms');
select is(village.answers(), '02 notice restructure_officer, 01 reply request_waits', 'the chair is asked');
select is(pg_temp.agrees(2), 'restructure', 'and agrees');
select is(village.answers(), '02 reply restructure_done, 01 notice restructure_done, 23 notice restructure_done', 'all three are told');
select is(pg_temp.schedule(1), '1 28/02 0 0, 2 31/03 0 0, 3 30/04 0 0, 4 10/06 150000 51871, 5 10/07 150000 12000, 6 10/08 150000 12000, 7 10/09 150000 12000',
          'the past demands nothing, the rest is spread');
select is(pg_temp.overdue(1), '0 0 0 0', 'nothing is overdue');
select is((select count(*)::int from kentongan.loan_schedule s join kentongan.loans l on l.id = s.loan_id where l.number = 1 and s.version = 1), 6, 'the old schedule stays');

-- --- the others stand in -----------------------------------------------------------------
select is(village.says(1, 'TANGGUNG', '{"loan": 1}'), 'tanggung_nothing', 'nothing to stand in for');
select is(pg_temp.overdue(3), '0 9000 300000 3', 'P-3 is behind with all of it');
select is(village.says(1, 'TANGGUNG', '{"loan": 3, "amount": 309001}'), 'tanggung_large', 'no more than is overdue');
select is(village.says(1, 'TANGGUNG', '{"loan": 3, "amount": 100001}'), 'tanggung', 'TANGGUNG P-3 100.001');
-- Eight others: 12500 each, the odd rupiah by the first.
select is(concat_ws(' ', village.param('stand_in_confirm', 'count'), village.param('stand_in_confirm', 'share')), '8 12501', 'in eight shares');
select is(pg_temp.agrees(1) || ' ' || pg_temp.agrees(2), 'request_waits stand_in', 'two officers agree');
select is(village.answers(), '02 reply stand_in_done, 01 notice stand_in_done, 24 receipt receipt_stand_in, 01 receipt receipt_share, 02 receipt receipt_share, '
          || '03 receipt receipt_share, 04 receipt receipt_share, 23 receipt receipt_share, 25 receipt receipt_share, 25 receipt receipt_share',
          'everyone with a phone has a receipt');
select is(concat_ws(' ', pg_temp.of_member('renteng', 24), pg_temp.of_member('renteng_due', 1), pg_temp.of_member('renteng_due', 27), village.cash(1)),
          '100001 12501 12500 100001', 'she owes the group, the group the others; the cash is the treasurer''s');
select is(pg_temp.overdue(3) || ' ' || pg_temp.left_of(3), '0 0 208999 3 208999', 'the loan got interest and principal');
select is(village.says(24, 'PINJAMAN'), 'pinjaman', 'PINJAMAN');
select is(village.answers(), '24 reply pinjaman_late, 24 reply pinjaman_renteng', 'says both');
select is(village.says(1, 'CATAT', '{"member": 24, "entry": "bayar", "amount": 30000}') || ' ' || village.answers(), 'catat_renteng 01 reply catat_renteng',
          'what comes back to the officer herself she doesn''t note alone');
select is(village.says(24, 'PINJAM', '{"amount": 500000, "count": 4}'), 'pinjam_arrears', 'no new loan with that');

-- --- and get it back -------------------------------------------------------------------------
select is(village.says(24, 'BAYAR', '{"amount": 50000}') || ' ' || pg_temp.received(), 'bayar terima_half terima', 'she pays 50000');
select is(village.param('receipt_payment', 'renteng') || ' ' || coalesce(village.param('receipt_payment', 'principal'), '-'), '50000 -', 'which comes before the loan');
-- 50000 * 12501 / 100001 = 6250.4, * 12500 / 100001 = 6249.9: rounded down 49994, the
-- largest remainders are the seven 0.9s, of which six get a rupiah.
select is(concat_ws(' ', pg_temp.of_member('renteng', 24), (select sum(repaid) from kentongan.stand_ins), (select string_agg(repaid::text, ' ' order by member_id) from kentongan.stand_ins)),
          '50001 50000 6250 6250 6250 6250 6250 6250 6250 6250', 'in proportion, to the rupiah');
select is(village.saved(1), 6250::bigint, 'into their sukarela');
select is((select count(*)::int from kentongan.outbox where message_id = village.heard() and template = 'renteng_back'), 7, 'each with a phone is told');
select is(village.says(24, 'BAYAR', '{"amount": 60000}') || ' ' || pg_temp.received(), 'bayar terima_half terima', 'then the rest of it, and more');
select is(concat_ws(' ', village.param('receipt_payment', 'renteng'), village.param('receipt_payment', 'principal'), village.saved(1), village.saved(27)),
          '50001 9999 12501 12500', 'all have their money back, the loan the rest');
select is((select count(*)::int from kentongan.stand_ins where repaid <> amount), 0, 'nothing is open');
select is(pg_temp.of_member('renteng', 24) + pg_temp.of_member('renteng_due', 1) + pg_temp.of_member('renteng_due', 27), 0::numeric::bigint, 'in the ledger, too');

-- A payment to who stood in, taken back.
create temp table e as select max(id) as entry from kentongan.journal_entries;
select kentongan.unnote_payments(entry, kentongan.post(village.group_id(), 'reversal',
        (select array_agg(account_id order by line) from kentongan.postings where entry_id = entry),
        (select array_agg(-amount order by line) from kentongan.postings where entry_id = entry),
        village.member(2), p_reverses => entry)) from e;
select is(concat_ws(' ', pg_temp.of_member('renteng', 24), pg_temp.of_member('renteng_due', 27), pg_temp.left_of(3), (select sum(amount - repaid) from kentongan.stand_ins)),
          '50001 6250 208999 50001', 'she owes again, those who stood in miss theirs again');

-- --- the loss ---------------------------------------------------------------------------------
select is(village.says(2, 'HAPUSPINJAMAN', '{"loan": 3, "text": "pindah"}'), 'hapuspinjaman', 'HAPUS PINJAMAN P-3 pindah');
select is(pg_temp.agrees(2) || ' ' || pg_temp.agrees(3), 'request_waits write_off', 'two officers agree');
select is(village.answers(), '03 receipt receipt_write_off, 24 receipt receipt_write_off, 02 receipt receipt_write_off, 04 notice write_off_supervisor',
          'they, the member and the supervisor are told');
select is(concat_ws(' ', pg_temp.of_group('loan_losses'), pg_temp.left_of(3), (select status from kentongan.loans where number = 3)), '208999 0 written_off', 'it is a loss');
select is(village.says(24, 'BAYAR', '{"amount": 70000, "loan": 3}'), 'bayar_written_off', 'nothing may be paid on it any more');
select is(village.says(2, 'ULUR', '{"loan": 3, "count": 6}'), 'loan_over', 'nor changed');
select is(village.says(24, 'BAYAR', '{"amount": 50001}') || ' ' || pg_temp.received(), 'bayar terima_half terima', 'but who stood in still gets theirs');
select is(concat_ws(' ', pg_temp.of_member('renteng', 24), (select sum(amount - repaid) from kentongan.stand_ins)), '0 0', 'to the rupiah');

-- What has changed between the two officers isn't done.
select is(village.says(2, 'HAPUSPINJAMAN', '{"loan": 1, "text": "lama"}') || ' ' || pg_temp.agrees(2), 'hapuspinjaman request_waits', 'a loan to be written off');
create function pg_temp.asked(p_template text) returns jsonb
language sql as $$
    select jsonb_build_object('code', params ->> 'otp') from kentongan.outbox where template = p_template order by id desc limit 1
$$;
select is(village.says(23, 'BAYAR', '{"amount": 301871}'), 'bayar', 'is paid on meanwhile');
select is(village.says(1, 'TERIMA', pg_temp.asked('payment_officer')), 'terima', 'by TERIMA');
select is(village.says(3, 'SAH', pg_temp.asked('write_off_officer'), pin => pg_temp.pin(3)), 'loan_changed', 'and stays');
select is((select status from kentongan.requests where kind = 'write_off' order by id desc limit 1), 'rejected', 'the request is void');

set constraints all immediate;
select * from finish();
rollback;
