-- The meeting's list: CATAT … SELESAI, LUNAS SEMUA, HITUNG, and what becomes of it.
begin;
select * from no_plan();
select village.build();
select api.group_set('test', 'MELATI', '{"wajib_amount": 25000}');
insert into kentongan.pins (member_id, hash, set_at)
select id, sha256(convert_to('pin' || number, 'UTF8')), now() from kentongan.members where group_id = village.group_id() and number <= 4;

create function pg_temp.pin(p_number int) returns bytea
language sql immutable as $$ select sha256(convert_to('pin' || p_number, 'UTF8')) $$;
create function pg_temp.catat(p_from int, p_member int, p_amount bigint, p_entry text default null) returns text
language sql as $$
    select village.says(p_from, 'CATAT', jsonb_strip_nulls(jsonb_build_object('member', p_member, 'amount', p_amount, 'entry', p_entry)))
$$;
create function pg_temp.confirm(p_from int, p_command text default 'YA') returns text
language sql as $$
    select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => pg_temp.pin(p_from))
$$;
create function pg_temp.batch() returns kentongan.batches
language sql as $$ select * from kentongan.batches order by id desc limit 1 $$;
create function pg_temp.entry() returns kentongan.journal_entries
language sql as $$ select * from kentongan.journal_entries order by id desc limit 1 $$;

-- --- noting ------------------------------------------------------------------------------
select is(pg_temp.catat(23, 24, 25000), 'not_officer', 'a member notes nothing');
select is(pg_temp.catat(4, 24, 25000), 'not_officer', 'nor does a supervisor');
select is(village.says(1, 'CATAT'), 'catat_none', 'there is no list yet');
select is(pg_temp.catat(1, 23, 25000, 'wajib'), 'catat', 'a line');
select is(village.answers(), '01 reply catat', 'is answered');
select is(village.param('catat', 'n') || village.param('catat', 'name') || village.param('catat', 'product') || village.param('catat', 'amount')
          || village.param('catat', 'count') || village.param('catat', 'total') || village.param('catat', 'opened'), '1SITI Awajib250001250001', 'with what stands in it');
select is(village.says(1, 'SELESAI'), 'selesai', 'SELESAI');
select is((pg_temp.batch()).status, 'counting', 'asks for the confirmation');
select is(pg_temp.catat(1, 24, 10000), 'catat', 'one more line');
select is(village.param('catat', 'again') || village.param('catat', 'product') || village.param('catat', 'total'), '1sukarela35000', 'sukarela where nothing else is said');
select is((pg_temp.batch()).status || (village.request()).status, 'opencancelled', 'the list is open again, the request void');
select is(pg_temp.confirm(1), 'code_done', 'as is its code');
select is(pg_temp.catat(1, 24, 15000), 'catat_changed', 'the same member and entry again corrects');
select is(village.param('catat_changed', 'old') || ' ' || village.param('catat_changed', 'amount') || ' ' || village.param('catat_changed', 'total'), '10000 15000 40000', 'and says so');
select is(village.says(1, 'SELESAI'), 'selesai', 'asked once more');
select is(pg_temp.catat(1, 24, 15000), 'catat_same', 'the same once more changes nothing');
select is((pg_temp.batch()).status, 'counting', 'nor is the list opened by it');
select is(pg_temp.catat(1, 24, 25000, 'wajib') || pg_temp.catat(1, 27, 5000), 'catatcatat', 'other entries are lines of their own');
select is(village.says(1, 'CATAT'), 'catat_list', 'CATAT alone');
select is(village.param('catat_list', 'count') || ' ' || village.param('catat_list', 'total') || ' ' || village.param('catat_list', 'lines'),
          '4 70000 [{"amount": 15000, "number": 24, "product": "sukarela"}, {"amount": 25000, "number": 24, "product": "wajib"}, {"amount": 5000, "number": 27, "product": "sukarela"}]',
          'shows count, total and the last three in the order of noting');
select is(village.says(1, 'CATAT', '{"member": 24, "undo": "HAPUS"}'), 'catat_removed', 'CATAT HAPUS');
select is(village.param('catat_removed', 'removed') || ' ' || village.param('catat_removed', 'amount') || ' ' || village.param('catat_removed', 'total'), '2 40000 30000', 'takes a member''s lines out');
select is(village.says(1, 'CATAT', '{"member": 24, "undo": "HAPUS"}'), 'catat_nothing', 'once');
select is(pg_temp.catat(1, 99, 5000), 'catat_unknown', 'no such member');
select is(pg_temp.catat(1, 24, 499), 'amount_small', 'too little');
select is(pg_temp.catat(1, 24, 60000000), 'amount_large', 'too much');
select is(pg_temp.catat(1, 24, 1000001), 'catat_two', 'above the threshold: two officers');
select is(village.param('catat_two', 'high'), '1000000', 'and says which');
select is(pg_temp.catat(1, 1, 5000), 'catat_own', 'not the officer''s own money');
select is(pg_temp.catat(1, 24, 50000, 'bayar'), 'catat_no_loan', 'no loan to pay');
select throws_ok($$ insert into kentongan.batch_lines (batch_id, member_id, entry, amount) select id, officer_id, 'wajib', 1000 from kentongan.batches $$,
                 '23000', 'nobody confirms their own money', 'the table refuses the officer''s own line, too');
update kentongan.members set status = 'left' where number = 24;
select is(pg_temp.catat(1, 24, 5000), 'catat_left', 'not who left');
update kentongan.members set status = 'active' where number = 24;
select is(pg_temp.catat(2, 24, 30000), 'catat', 'the chair has a list of her own');
select is((select count(*) from kentongan.batches), 2::bigint, 'beside the treasurer''s');
select is(village.says(2, 'CATAT', '{"member": 24, "undo": "HAPUS"}') || village.says(2, 'SELESAI'), 'catat_removedcatat_none', 'an empty one isn''t confirmed');

-- --- confirming ----------------------------------------------------------------------------
select is(pg_temp.catat(1, 24, 20000), 'catat', 'three members');
select is(village.says(1, 'SELESAI'), 'selesai', 'SELESAI');
select is(village.answers(), '01 reply batch_confirm', 'asks the officer');
select is(village.param('batch_confirm', 'count') || ' ' || village.param('batch_confirm', 'amount') || ' ' || village.param('batch_confirm', 'fresh'), '3 50000 1', 'with count and total');
select village.otp(1) as otp \gset
select is(village.says(2, 'YA', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin(2)), 'code_wrong', 'nobody else can confirm it');
select is(village.says(1, 'YA', jsonb_build_object('code', :'otp'::text)), 'pin_wanted', 'not without PIN');
select is(village.says(1, 'YA', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin(2)), 'pin_wrong', 'nor with another');
select is(village.cash(1) || ' ' || village.saved(24), '0 0', 'nothing has moved');
select is(pg_temp.confirm(1), 'batch', 'YA, code and PIN');
select is(village.answers(), '01 receipt receipt_batch_officer, 23 receipt receipt_batch, 24 receipt receipt_batch', 'everybody with a phone gets a receipt');
select is(village.param('receipt_batch_officer', 'count') || ' ' || village.param('receipt_batch_officer', 'amount') || ' ' || village.param('receipt_batch_officer', 'cash') || ' '
          || village.param('receipt_batch_officer', 'silent'), '3 50000 50000 1', 'the officer''s says how many have none');
select is(village.param('receipt_batch', 'lines'), '[{"amount": 25000, "balance": 275000, "product": "wajib"}]', 'a member''s names her lines and balances');
select is(village.cash(1) || ' ' || village.saved(23, 'wajib') || ' ' || village.saved(24) || ' ' || village.saved(27), '50000 275000 20000 5000', 'the money is there');
select is((pg_temp.entry()).kind || ' ' || ((pg_temp.entry()).actor_id = village.member(1)) || ' ' || ((pg_temp.entry()).request_id = (village.request()).id),
          'batch true true', 'in one entry');
select is((select row(booked, counted)::text from kentongan.cash_counts), '(50000,50000)', 'the cash was counted');
select is((select status from kentongan.batches order by id limit 1), 'posted', 'the list is done');
select is(pg_temp.confirm(1), 'code_done', 'the code works once');
select is(village.says(1, 'SELESAI'), 'catat_none', 'and so does SELESAI');

-- --- a difference in the cash ------------------------------------------------------------------
select is(village.says(1, 'HITUNG', '{"amount": 5000}'), 'catat_none', 'nothing to count');
select is(pg_temp.catat(1, 23, 30000) || pg_temp.catat(1, 23, 25000, 'wajib') || pg_temp.catat(1, 24, 25000, 'wajib'), 'catatcatatcatat', 'a list');
select is(village.says(1, 'SELESAI'), 'selesai', 'SELESAI');
select village.otp(1) as otp \gset
select is(village.says(1, 'HITUNG', '{"amount": 75000}'), 'hitung', 'HITUNG');
select is(village.param('batch_confirm', 'counted') || ' ' || village.param('batch_confirm', 'gap') || ' ' || village.param('batch_confirm', 'apart') || coalesce(village.param('batch_confirm', 'fresh'), ''),
          '75000 short 5000', 'says what is missing');
select is(village.says(1, 'YA', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin(1)), 'code_done', 'the code of SELESAI is void');
select is(village.says(1, 'HITUNG', '{"amount": 85000}'), 'hitung', 'counted once more');
select is(village.param('batch_confirm', 'gap') || ' ' || village.param('batch_confirm', 'apart'), 'over 5000', 'too much');
select is(village.says(1, 'HITUNG', '{"amount": 80000}') || coalesce(village.param('batch_confirm', 'gap'), ' right'), 'hitung right', 'right');
select is(village.says(1, 'HITUNG', '{"amount": 79000}'), 'hitung', 'after all it is less');
select is(pg_temp.confirm(1, 'KODE'), 'batch', 'confirmed by code and PIN alone');
select is(village.answers(), '01 receipt receipt_batch_officer, 23 receipt receipt_batch, 24 receipt receipt_batch, 02 notice batch_difference, 04 notice batch_difference',
          'chair and supervisor hear of it');
select is(village.param('receipt_batch', 'lines'), '[{"amount": 30000, "balance": 1030000, "product": "sukarela"}, {"amount": 25000, "balance": 300000, "product": "wajib"}]',
          'all lines of a member are in one receipt');
select is(village.cash(1) || ' ' || kentongan.balance(village.group_id(), 'over_short'), '129000 -1000', 'the officer answers for what there is, the rest is short');
select is((select row(booked, counted)::text from kentongan.cash_counts order by id desc limit 1), '(80000,79000)', 'and it stands as counted');
select is(pg_temp.catat(1, 23, 30000) || village.says(1, 'HITUNG', '{"amount": 30400}') || pg_temp.confirm(1, 'SAH'), 'catathitungbatch', 'HITUNG ends a list as SELESAI does');
select is(village.cash(1) || ' ' || kentongan.balance(village.group_id(), 'over_short'), '159400 -600', 'too much is income');
select is(pg_temp.catat(1, 23, 30000) || village.says(1, 'SELESAI') || pg_temp.confirm(1), 'catatselesaibatch', 'and once more');
select is(village.cash(1) || ' ' || village.saved(23), '189400 1090000', 'members have what they paid');

-- --- LUNAS SEMUA --------------------------------------------------------------------------------
select is(pg_temp.catat(1, 24, 30000, 'wajib'), 'catat', 'one paid more');
select is(village.says(1, 'LUNAS', '{"list": "7 23"}'), 'lunas_unknown', 'an unknown number');
select is(village.param('lunas_unknown', 'numbers') || (select count(*) from kentongan.batch_lines where batch_id = (pg_temp.batch()).id), '71', 'stops it whole');
select is(village.says(1, 'LUNAS', '{"list": "23 27"}'), 'lunas', 'everybody but two');
select is(village.param('lunas', 'added') || ' ' || village.param('lunas', 'count') || ' ' || village.param('lunas', 'total'), '5 6 155000', 'a line each, what was noted stays');
select is((select string_agg(m.number || ':' || l.amount, ' ' order by m.number) from kentongan.batch_lines l join kentongan.members m on m.id = member_id where batch_id = (pg_temp.batch()).id),
          '2:25000 3:25000 4:25000 24:30000 25:25000 26:25000', 'never the officer''s own');
select is(village.says(1, 'LUNAS') || village.param('lunas', 'added'), 'lunas2', 'without exceptions the others follow');
select is(village.says(1, 'SELESAI') || pg_temp.confirm(1), 'selesaibatch', 'confirmed');
select is(village.saved(2, 'wajib') || ' ' || village.saved(27, 'wajib'), '25000 25000', 'posted');
update kentongan.groups set wajib_amount = null where code = 'MELATI';
select is(village.says(1, 'LUNAS'), 'lunas_unset', 'only where the amount is set');

-- --- instalments ------------------------------------------------------------------------------------
-- 24's: 600.000 in six months, flat, 1%: 100.000 and 6.000 a month; 25's and 26's likewise.
create function pg_temp.lend(p_number int, p_loan int) returns void
language plpgsql as $$
declare
    v_loan bigint;
begin
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on, method, permille)
    values (village.group_id(), village.member(p_number), p_loan, 600000, kentongan.today(village.group_id()), 'flat', 10)
    returning id into v_loan;
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    select v_loan, s.* from kentongan.make_schedule(600000, 6, 'month', 10, 'flat', kentongan.today(village.group_id())) s;
    perform kentongan.post(village.group_id(), 'loan', array[kentongan.account(village.group_id(), 'loan', village.member(p_number), v_loan),
            kentongan.account(village.group_id(), 'cash', village.member(2))], array[600000, -600000], village.member(2));
end $$;
select pg_temp.lend(24, 1), pg_temp.lend(25, 2), pg_temp.lend(23, 3), pg_temp.lend(23, 4);
select village.later('10 days');
select village.cash(1) as cash, village.saved(24) as saved \gset
select is(pg_temp.catat(1, 23, 106000, 'bayar'), 'catat_loans', 'with two loans one must say which');
select is(village.param('catat_loans', 'loans'), '2', 'and hears how many');
select is(pg_temp.catat(1, 24, 106000, 'bayar') || pg_temp.catat(1, 24, 10000) || pg_temp.catat(1, 25, 50000, 'bayar'), 'catatcatatcatat', 'instalments beside savings');
select is(village.param('catat', 'product'), 'instalment', 'by their name');
select is(village.says(1, 'SELESAI') || pg_temp.confirm(1), 'selesaibatch', 'confirmed');
select is(village.param('receipt_batch', 'lines'), '[{"rest": 500000, "amount": 106000, "product": "instalment"}, {"amount": 10000, "balance": ' || (:saved + 10000) || ', "product": "sukarela"}]',
          'the receipt says what is left of the loan');
select is((select string_agg(l.number || ':' || p.interest || '+' || p.principal || ' ' || (p.entry_id = (pg_temp.entry()).id), ', ' order by l.id) from kentongan.loan_payments p join kentongan.loans l on l.id = p.loan_id),
          '1:6000+100000 true, 2:6000+44000 true', 'divided as any payment');
select is(kentongan.balance(village.group_id(), 'interest') || ' ' || (village.cash(1) - :cash), '12000 166000', 'interest of both in one line');
select is(pg_temp.catat(1, 24, 600000, 'bayar') || village.says(1, 'SELESAI') || pg_temp.confirm(1), 'catatselesaibatch', 'more than what is left');
select is((select status from kentongan.loans where number = 1) || ' ' || (village.saved(24) - :saved), 'settled 110000', 'settles it, the rest is savings');
select is(pg_temp.catat(1, 24, 5000, 'bayar'), 'catat_no_loan', 'then there is none');
select is(pg_temp.catat(1, 25, 5000, 'bayar') || village.says(1, 'SELESAI'), 'catatselesai', 'a loan that meanwhile');
update kentongan.loans set status = 'settled' where number = 2;
select is(pg_temp.confirm(1), 'batch_loan_bad', 'was settled in another way stops the list');
update kentongan.loans set status = 'running' where number = 2;
select is(village.says(1, 'CATAT', '{"member": 25, "undo": "HAPUS"}'), 'catat_removed', 'until it is taken out');

-- --- what changed before the confirmation -----------------------------------------------------------
select is(pg_temp.catat(1, 24, 5000) || pg_temp.catat(1, 23, 5000) || village.says(1, 'SELESAI'), 'catatcatatselesai', 'a list');
update kentongan.members set status = 'left' where number = 24;
select is(pg_temp.confirm(1), 'batch_line_bad', 'one left meanwhile');
select is(village.param('batch_line_bad', 'number') || (pg_temp.batch()).status || (village.request()).status, '24openrejected', 'the list is open again');
update kentongan.members set status = 'active' where number = 24;
select is(village.says(1, 'SELESAI'), 'selesai', 'SELESAI');
select api.officer_set('test', 'MELATI', 1, 'bendahara', false);
select is(pg_temp.confirm(1), 'code_wrong', 'nor does one confirm whose office has ended');
select api.officer_set('test', 'MELATI', 1, 'bendahara', true);
select is(village.says(1, 'SELESAI'), 'selesai', 'SELESAI');
select village.later('11 minutes');
select is(pg_temp.confirm(1), 'code_old', 'too late');
select is(village.says(1, 'SELESAI') || pg_temp.confirm(1), 'selesaibatch', 'SELESAI asks again');

-- --- a list that nobody ends ---------------------------------------------------------------------------
select is(pg_temp.catat(1, 24, 5000), 'catat', 'a list');
select village.later('23 hours 59 minutes');
select is((select expired_requests from api.timed_work('{}')), 1, 'the sweep drops the chair''s empty list, older by minutes');
select is((pg_temp.batch()).status, 'open', 'this one stays for a day');
select village.later('1 minute');
select is(pg_temp.catat(1, 24, 5000), 'catat', 'a day later a new one is begun, swept or not');
select is(village.answers(), '01 notice batch_dropped, 02 notice batch_dropped_chair, 01 reply catat', 'officer and chair hear of the old one');
select is(village.param('batch_dropped', 'total') || village.param('catat', 'opened'), '50001', 'and of what stood in it');
select is((select string_agg(status, ' ' order by id) from (select * from kentongan.batches order by id desc limit 2) b), 'dropped open', 'it is void');
select village.later('25 hours');
select is((select expired_requests from api.timed_work('{}')), 1, 'the sweep drops it as well');
select is((pg_temp.batch()).status || (select count(*) from kentongan.outbox where template = 'batch_dropped_chair'), 'dropped2', 'and tells');
select is(village.says(1, 'SELESAI'), 'catat_none', 'there is nothing to confirm');

-- --- a shared phone ------------------------------------------------------------------------------------------
select api.officer_set('test', 'MELATI', 26, 'bendahara', true);
select is(pg_temp.catat(25, 25, 5000) || pg_temp.catat(25, 26, 5000), 'catat_owncatat_own', 'an officer on a shared phone notes for nobody there');
select is(pg_temp.catat(25, 23, 5000), 'catat', 'but for the others');
select is((pg_temp.batch()).officer_id, village.member(26), 'as herself');

-- --- many lines ------------------------------------------------------------------------------------------------
select api.import_members('test', 'MELATI', (select jsonb_agg(jsonb_build_object('line', n, 'number', n, 'name', 'Anggota ' || n, 'msisdn', village.phone(n))) from generate_series(1001, 1200) n), false);
update kentongan.groups set wajib_amount = 25000 where code = 'MELATI';
select is(village.says(1, 'LUNAS') || village.param('lunas', 'added') || village.says(1, 'SELESAI'), 'lunas208selesai', 'two hundred members');
select clock_timestamp() as t0 \gset
select is(pg_temp.confirm(1), 'batch', 'are posted at once');
select cmp_ok(extract(epoch from clock_timestamp() - :'t0')::numeric, '<', 2.0, 'quickly');
select is((select count(*) from kentongan.outbox where message_id = village.heard() and template = 'receipt_batch'), 207::bigint, 'a receipt for each with a phone');

select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select * from finish();
rollback;
