-- SERAH, BIAYA, KAS, KAS TELAT: the officers' cash.
begin;
select * from no_plan();
select village.build();

create function pg_temp.pin(p_number int) returns bytea
language sql as $$ select decode(md5('pin' || p_number), 'hex') $$;
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), pg_temp.pin(n), now() from unnest(array[1, 2, 3]) n;
create function pg_temp.code(p_number int) returns jsonb
language sql as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
create function pg_temp.confirms(p_number int) returns text
language sql as $$ select village.says(p_number, 'KODE', pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
create function pg_temp.agrees(p_number int) returns text
language sql as $$ select village.says(p_number, 'SAH', pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
create function pg_temp.bank() returns bigint
language sql as $$ select kentongan.balance(village.group_id(), 'bank') $$;

select village.says(24, 'SETOR', '{"amount": 800000}');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'the treasurer has 800.000');

-- --- from officer to officer -------------------------------------------------------------
select is(village.says(24, 'SERAH', '{"amount": 100000, "role": "ketua"}'), 'not_officer', 'a member holds no cash');
select is(village.says(4, 'SERAH', '{"amount": 100000, "role": "ketua"}'), 'not_officer', 'nor does a supervisor');
select is(village.says(1, 'SERAH', '{"amount": 100000, "role": "pengawas"}'), 'serah_who', 'nor is one given it');
select is(village.says(1, 'SERAH', '{"amount": 100000, "role": "bendahara"}'), 'serah_who', 'not to oneself');
select is(village.says(1, 'SERAH', '{"amount": 100000, "member": 1}'), 'serah_who', 'by number neither');
select is(village.says(1, 'SERAH', '{"amount": 100000, "member": 23}'), 'serah_who', 'not to a member');
select is(village.says(1, 'SERAH', '{"amount": 800001, "role": "ketua"}'), 'cash_less', 'not more than there is');
select is(village.param('cash_less', 'cash'), '800000', 'which is said');
select is(village.says(1, 'SERAH', '{"amount": 100, "role": "ketua"}'), 'amount_out_of_range', 'nothing tiny');
delete from kentongan.pins where member_id = village.member(1);
select is(village.says(1, 'SERAH', '{"amount": 100000, "role": "ketua"}'), 'pin_first', 'not without a PIN');
insert into kentongan.pins (member_id, hash, set_at) values (village.member(1), pg_temp.pin(1), now());
select is((select count(*) from kentongan.requests where kind = 'handover'), 0::bigint, 'none of this opened anything');

select is(village.says(1, 'SERAH', '{"amount": 300000, "role": "ketua"}'), 'serah', 'to the chair');
select is(village.answers() || ' ' || village.param('handover_confirm', 'receiver'), '01 reply handover_confirm KARTINI', 'who is named');
select is(pg_temp.confirms(1), 'request_waits', 'confirmed');
select is(village.answers(), '02 notice handover_officer, 01 reply request_waits', 'the chair is asked');
select is(village.cash(1) || ' ' || village.cash(2), '800000 0', 'nothing has moved yet');
select is(village.says(2, 'TERIMA', pg_temp.code(2) || '{"amount": 290000}'), 'second_differs', 'another sum is for both to clear up');
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'handover', 'the chair has counted it');
select is(village.answers(), '02 receipt receipt_handover, 01 receipt receipt_handover', 'both get receipts');
select is((select string_agg(params ->> 'holder' || ' ' || (params ->> 'cash'), ', ' order by id) from kentongan.outbox where message_id = village.heard()),
          'KARTINI 300000, SRI WAHYUNI 500000', 'each with the own cash');
select is(village.cash(1) || ' ' || village.cash(2), '500000 300000', 'it has moved');
select is((select row(kind, actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row('handover', village.member(1), village.member(2))::text, 'both stand in the entry');
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'code_done', 'twice counts once');

select is(village.says(2, 'SERAH', '{"amount": 50000, "member": 3}') || ' ' || pg_temp.confirms(2), 'serah request_waits', 'by member''s number');
select is(village.says(3, 'TOLAK', pg_temp.code(3) || '{"text": "belum terima"}'), 'tolak', 'the receiver says no');
select is(village.cash(2) || ' ' || village.cash(3), '300000 0', 'nothing has moved');

-- Two promises of the same cash.
select is(village.says(2, 'SERAH', '{"amount": 200000, "role": "sekretaris"}') || ' ' || pg_temp.confirms(2), 'serah request_waits', 'one');
select village.otp(3) as otp \gset
select is(village.says(2, 'SERAH', '{"amount": 200000, "role": "bendahara"}') || ' ' || pg_temp.confirms(2), 'serah request_waits', 'and another of what is there once');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'handover', 'who comes first has it');
select is(village.says(3, 'TERIMA', jsonb_build_object('code', :'otp'::text)), 'cash_gone', 'the other can''t');
select is(village.answers(), '03 reply cash_gone, 02 notice cash_gone', 'both are told');
select is(village.cash(1) || ' ' || village.cash(2) || ' ' || village.cash(3), '700000 100000 0', 'and nothing is overdrawn');

-- The giver on the receiver's phone.
select is(village.says(2, 'SERAH', '{"amount": 20000, "role": "sekretaris"}') || ' ' || pg_temp.confirms(2), 'serah request_waits', 'to the secretary');
update kentongan.member_phones set until = now() where member_id = village.member(2) and until is null;
insert into kentongan.member_phones (member_id, phone_id, since)
select village.member(2), id, now() + interval '1 second' from kentongan.phones where msisdn = village.phone(3);
select is(village.says(3, 'TERIMA', pg_temp.code(3)), 'not_officer', 'on one phone the giver would confirm it alone');
select is(village.cash(3), 0::bigint, 'nothing has moved');
select is(village.says(3, 'SERAH', '{"amount": 20000, "role": "sekretaris", "member": 2}'), 'serah_who', 'nor is it asked for there');
update kentongan.member_phones set until = now() + interval '2 seconds' where member_id = village.member(2) and until is null;
insert into kentongan.member_phones (member_id, phone_id, since)
select village.member(2), id, now() + interval '3 seconds' from kentongan.phones where msisdn = village.phone(2);
select is(village.says(3, 'TERIMA', pg_temp.code(3)), 'handover', 'on a phone of one''s own the same code counts');

-- --- to the bank ---------------------------------------------------------------------------
select is(village.says(1, 'SERAH', '{"amount": 400000, "bank": "bank"}'), 'serah', 'to the bank');
select is(village.answers(), '01 reply banking_confirm', 'is confirmed');
select is(pg_temp.confirms(1), 'request_waits', 'by the one');
select is(village.answers(), '02 notice banking_officer, 01 reply request_waits', 'and put to another');
select is(pg_temp.agrees(2), 'banking', 'who agrees');
select is(village.answers(), '02 receipt receipt_banking, 01 receipt receipt_banking', 'both get receipts');
select is(village.cash(1) || ' ' || pg_temp.bank(), '300000 400000', 'it is in the bank');
select is((select row(kind, actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row('banking', village.member(1), village.member(2))::text, 'by two');

-- --- an expense ------------------------------------------------------------------------------
select is(village.says(1, 'BIAYA', '{"amount": 25000, "text": " "}'), 'usage', 'without a reason there is none');
select is(village.says(24, 'BIAYA', '{"amount": 25000, "text": "snack"}'), 'not_officer', 'members have no expenses');
select is(village.says(1, 'BIAYA', '{"amount": 300001, "text": "kursi"}'), 'cash_less', 'not more than there is');
select is(village.says(1, 'BIAYA', '{"amount": 25000, "text": "snack pertemuan"}') || ' ' || pg_temp.confirms(1), 'biaya request_waits', 'snacks');
select is(pg_temp.agrees(2), 'expense', 'the chair agrees');
select is(village.answers() || ' ' || village.param('receipt_expense', 'reason'), '02 receipt receipt_expense, 01 receipt receipt_expense snack pertemuan', 'both get receipts with the reason');
select is(village.cash(1) || ' ' || kentongan.balance(village.group_id(), 'expenses'), '275000 25000', 'the cash is less');
select is((select reason from kentongan.journal_entries order by id desc limit 1), 'snack pertemuan', 'the entry keeps why');

-- --- from the bank ------------------------------------------------------------------------------
select is(village.says(24, 'TARIKBANK', '{"amount": 100000}'), 'not_officer', 'a member fetches nothing from the bank');
select is(village.says(1, 'TARIKBANK', '{"amount": 400001}') || village.param('bank_less', 'bank'), 'bank_less400000', 'not more than is there');
select is(village.says(1, 'TARIKBANK', '{"amount": 100}'), 'amount_out_of_range', 'nothing tiny');
select is(village.says(1, 'TARIKBANK', '{"amount": 150000}') || ' ' || village.answers(), 'tarikbank 01 reply unbanking_confirm', 'the treasurer fetches some');
select is(pg_temp.confirms(1) || ' ' || village.answers(), 'request_waits 02 notice unbanking_officer, 01 reply request_waits', 'the chair is asked');
select is(pg_temp.bank(), 400000::bigint, 'nothing has moved');
select is(pg_temp.agrees(2), 'unbanking', 'the chair agrees');
select is(village.answers() || ' ' || village.param('receipt_unbanking', 'cash') || ' ' || village.param('receipt_unbanking', 'bank'),
          '02 receipt receipt_unbanking, 01 receipt receipt_unbanking 425000 250000', 'both get receipts with what is where');
select is((select row(kind, actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row('unbanking', village.member(1), village.member(2))::text, 'in an entry of both');
select is(village.says(1, 'TARIKBANK', '{"amount": 250000}') || pg_temp.confirms(1), 'tarikbankrequest_waits', 'all of it is asked for');
select village.otp(2) as first \gset
select is(village.says(3, 'TARIKBANK', '{"amount": 50000}') || pg_temp.confirms(3) || pg_temp.agrees(2), 'tarikbankrequest_waitsunbanking', 'another is faster');
select is(village.says(2, 'SAH', jsonb_build_object('code', :'first'::text), pin => pg_temp.pin(2)) || ' ' || village.answers(),
          'bank_gone 02 reply bank_gone, 01 notice bank_gone', 'then it is too much, and both hear it');
select is(pg_temp.bank() || ' ' || village.cash(3), '200000 70000', 'what went is booked');
select village.says(1, 'SERAH', '{"amount": 150000, "bank": "BANK"}'), pg_temp.confirms(1), pg_temp.agrees(2),
       village.says(3, 'SERAH', '{"amount": 50000, "bank": "BANK"}'), pg_temp.confirms(3), pg_temp.agrees(2);
select is(pg_temp.bank(), 400000::bigint, 'and goes back as it came');

-- --- looking -------------------------------------------------------------------------------------
select is(village.says(24, 'KAS'), 'not_officer', 'KAS is for officers');
select village.says(23, 'SETOR', '{"amount": 70000}');
select is(village.says(1, 'KAS'), 'kas', 'the treasurer''s');
select is((select string_agg(village.param('kas', k), ' ' order by n) from unnest(array['cash', 'came', 'went', 'count', 'waiting']) with ordinality x(k, n)),
          '275000 1150000 875000 1 70000', 'what there is, came and went today, and waits');
select is(village.says(2, 'KAS'), 'kas', 'the chair''s');
select is(village.answers() || ' ' || village.param('kas_all', 'bank'), '02 reply kas_all 400000', 'is everybody''s and the bank');
select is(village.param('kas_all', 'lines')::jsonb,
          '[{"name": "SRI WAHYUNI", "amount": 275000}, {"name": "KARTINI", "amount": 80000}, {"name": "RATNA DEWI", "amount": 20000}]'::jsonb, 'a line for each');
select is(village.says(4, 'KAS') || ' ' || village.answers(), 'kas 04 reply kas_all', 'a supervisor''s too');
select village.later('1 day');
select is(village.says(1, 'KAS') || ' ' || village.param('kas', 'came') || ' ' || village.param('kas', 'went'), 'kas 0 0', 'tomorrow nothing has come yet');
update kentongan.requests set status = 'cancelled' where status in ('pending', 'approved');
select is(village.says(1, 'KASTELAT') || ' ' || village.answers(), 'kas_telat 01 reply kas_telat_none', 'nothing is late');
select village.says(23, 'SETOR', '{"amount": 70000}'), village.says(24, 'SETOR', '{"amount": 30000}');
select is(village.says(1, 'KASTELAT') || ' ' || village.answers(), 'kas_telat 01 reply kas_telat_none', 'what is of today isn''t');
select village.later('25 hours');
insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
values (village.group_id(), village.member(24), 7, 100000, kentongan.today(village.group_id()) - 40);
insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
select id, n, kentongan.today(village.group_id()) - 10 + 30 * (n - 1), 50000, 1000 from kentongan.loans, generate_series(1, 2) n where number = 7;
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'loan', null, id),
    kentongan.account(village.group_id(), 'bank')], array[100000, -100000], village.member(1)) from kentongan.loans where number = 7;
select is(village.says(4, 'KASTELAT'), 'kas_telat', 'two days later a supervisor asks');
select is((select string_agg(village.param('kas_telat', k), ' ' order by n)
             from unnest(array['count', 'waiting', 'overdue', 'loan_number', 'borrower', 'due']) with ordinality x(k, n)),
          '2 100000 1 7 DEWI(24) ' || to_char(kentongan.today(village.group_id()) - 10, 'DD/MM'), 'and hears of both');
select is(village.param('kas_telat', 'code'), (select code from kentongan.requests where amount = 70000 and status = 'pending'), 'with the oldest');

select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
