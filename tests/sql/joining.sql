-- Joining and leaving, new numbers, one person in several groups.
begin;
select * from no_plan();
select village.build();

create function pg_temp.pin(p_number int) returns bytea
language sql immutable as $$ select decode(md5('pin of ' || p_number), 'hex') $$;
create function pg_temp.code(p_number int, p_text text default null) returns jsonb
language sql volatile as $$ select jsonb_strip_nulls(jsonb_build_object('code', village.otp(p_number), 'text', p_text)) $$;
-- Says SAH, or the bare code, with the right PIN.
create function pg_temp.agrees(p_number int, p_command text default 'SAH') returns text
language sql volatile as $$ select village.says(p_number, p_command, pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
create function pg_temp.gets_pin(p_number int) returns void
language sql volatile as $$
    insert into kentongan.pins (member_id, hash, set_at) values (village.member(p_number), pg_temp.pin(p_number), kentongan.now()) $$;
select pg_temp.gets_pin(n) from unnest(array[1, 2, 3, 23]) n;

-- --- joining --------------------------------------------------------------------------------
select is(village.says(40, 'DAFTAR', '{"group": "mawar", "text": "rohana"}') || ' ' || village.answers(), 'join_group 40 reply join_group', 'a group that we don''t have');
select is(village.says(41, 'DAFTAR', '{"group": "melati", "text": "  siti   ROHANA 2!  "}') || ' ' || village.answers(), 'join_consent 41 reply join_consent', 'whoever wants to join is asked first');
select is(village.param('join_consent', 'applicant') || '/' || village.param('join_consent', 'group_name'), 'Siti Rohana/UP2K MELATI', 'by a tidy name');
select is((select count(*) from kentongan.requests), 0::bigint, 'nobody has heard of it');
select is(village.says(41, 'TIDAK') || ' ' || village.answers(), 'tidak 41 reply tidak', 'who doesn''t agree says so');
select is((select string_agg(args::text, ',') from kentongan.questions), '{}', 'and leaves no name');
select is(village.says(41, 'YA'), 'unknown_number', 'YA has lost its question');
select is(village.says(42, 'DAFTAR', '{"group": "MELATI", "text": "Nur"}'), 'join_consent', 'another');
select is(village.says(42, 'BATAL', problem => 'usage'), 'tidak', 'BATAL without a code is no, too');
select is(village.says(43, 'YA'), 'unknown_number', 'YA from nobody asked');
select is(village.says(44, 'DAFTAR', problem => 'usage') || ' ' || village.answers(), 'usage 44 reply usage_daftar', 'DAFTAR alone is shown how');
select is(village.says(44, 'DAFTAR', '{"group": "MELATI", "text": "99 !"}'), 'usage', 'a name has letters');

select is(village.says(45, 'DAFTAR', '{"group": "MELATI", "text": "Rohana Binti Haji Mahmud Syarifuddin Al Jemberi"}'), 'join_consent', 'a long name');
select is(village.param('join_consent', 'applicant'), 'Rohana Binti Haji Mahmud Syarifuddin Al', 'is cut');
select village.later('25 hours');
select is(village.says(45, 'YA'), 'unknown_number', 'consent waits for a day');
select is(village.says(45, 'DAFTAR', '{"group": "MELATI", "text": "Rohana"}'), 'join_consent', 'asked again');
select is(village.says(45, 'YA') || ' ' || village.answers(), 'join_waits 03 notice join_officer, 45 reply join_waits', 'YA puts it to the secretary');
select is((select row(kind, status, member_id, peer, details ->> 'applicant', details ? 'consent')::text from village.request()),
          '(join,pending,,+6281200000045,Rohana,t)', 'as a request without member, with the moment of consent');
select is(village.says(45, 'DAFTAR', '{"group": "MELATI", "text": "ROHANA"}') || ' ' || village.answers(), 'join_waits 45 reply join_waits', 'said again it is the same request');
select is((select count(*) from kentongan.requests), 1::bigint, 'of which there is one');
select is(village.says(45, 'SALDO'), 'quota_silent', 'an unknown number''s day has an end');
select is(village.says(3, 'SAH', pg_temp.code(3)), 'pin_wanted', 'an officer''s yes needs the PIN');
select is(pg_temp.agrees(3) || ' ' || village.answers(), 'join 03 reply join_done, 45 notice join_welcome', 'with it there is a new member');
select is((select row(number, name, short_name, status, consent_at is not null)::text from kentongan.members order by id desc limit 1),
          '(28,Rohana,ROHANA,active,t)', 'with the next number');
select is(village.param('join_welcome', 'number') || village.param('join_welcome', 'name'), '28ROHANA', 'which the welcome says');
select is(village.says(45, 'SALDO'), 'saldo', 'who is known now');
select is(village.says(45, 'DAFTAR', '{"group": "MELATI", "text": "rohana"}') || ' ' || village.answers(), 'join_member 45 reply join_member', 'and a member already');
select is(pg_temp.agrees(3), 'code_done', 'the code has done its work');

select is(village.says(45, 'DAFTAR', '{"group": "MELATI", "text": "Aisyah"}'), 'join_consent', 'her daughter on the same phone');
select is(village.says(45, 'YA'), 'join_waits', 'asks, too');
select is(village.says(3, 'TOLAK', pg_temp.code(3, 'belum dewasa')) || ' ' || village.answers(), 'tolak 03 reply join_rejected, 45 notice join_rejected', 'an officer says no');
select is(village.param('join_rejected', 'applicant') || village.param('join_rejected', 'reason') || village.param('join_rejected', 'officer'), 'Aisyahbelum dewasaRATNA DEWI', 'both read who and why');
select village.later('1 day');
select is(village.says(46, 'DAFTAR', '{"group": "MELATI", "text": "Maimunah"}') || village.says(46, 'YA'), 'join_consentjoin_waits', 'one whom nobody answers');
select village.later('73 hours');
select is((select expired_requests from api.timed_work('{}')), 1, 'expires');
select is((select template || ' ' || (params ->> 'applicant') from kentongan.outbox where peer = village.phone(46) order by id desc limit 1), 'join_expired Maimunah', 'and hears it, though no member');

-- An officer's own phone: somebody else must agree.
select is(village.says(3, 'DAFTAR', '{"group": "MELATI", "text": "Anak Ratna"}') || village.says(3, 'YA'), 'join_consentjoin_waits', 'on the secretary''s phone');
select is(village.answers(), '02 notice join_officer, 03 reply join_waits', 'the chair is asked');
select is(village.says(2, 'TOLAK', pg_temp.code(2, 'tunggu rapat')), 'tolak', 'and may say no');
select is(village.says(23, 'DAFTAR', '{"group": "MELATI", "text": "Siti Aminah Rahayu"}'), 'join_member', 'a member of old');

-- --- one person in several groups -------------------------------------------------------------
select api.group_add('test', 'MAWAR', 'UP2K MAWAR', '{}'), api.group_add('test', 'APA', 'APA', '{}');
select api.import_members('test', 'MAWAR', '[
    {"line": 1, "number": 1, "name": "Sri Wahyuni", "msisdn": "+6281200000001", "role": "bendahara"},
    {"line": 2, "number": 23, "name": "siti aminah rahayu", "msisdn": "+6281200000023", "sukarela": 7000},
    {"line": 3, "number": 24, "name": "Dewa", "msisdn": "+6281200000024", "sukarela": 8000}]', false);
select is(village.says(23, 'SALDO') || ' ' || village.answers(), 'which_group 23 reply which_group', 'in two groups one must say which');
select is(village.param('which_group', 'groups') || ': ' || village.param('which_group', 'example') || ' ' || village.param('which_group', 'command'), 'MAWAR, MELATI: MAWAR SALDO', 'the answer says how');
select is(village.says(23, 'SALDO', '{"group": "MAWAR"}') || village.param('saldo', 'sukarela'), 'saldo7000', 'the group in front');
select is(village.says(23, 'SALDO') || village.param('saldo', 'sukarela'), 'saldo7000', 'is remembered');
select is(village.says(23, 'SALDO', '{"group": "melati"}') || village.param('saldo', 'sukarela'), 'saldo1000000', 'until the other is named');
select is(village.says(23, 'SETOR', '{"amount": 5000}') || ' ' || village.param('setor', 'group'), 'setor MELATI', 'for money, too');
select is(village.says(23, 'SALDO', '{"group": "MELATI", "member": 23}') || village.param('saldo', 'sukarela'), 'saldo1000000', 'group and number');
select is(village.says(23, 'SALDO', '{"group": "APA"}') || ' ' || village.answers(), 'not_understood 23 reply not_understood', 'a group that isn''t the phone''s: `apa saldo`');
select is(village.says(23, 'SALDO', '{"group": "TIDAKADA"}'), 'not_understood', 'or that isn''t one');
select is(village.says(26, 'SALDO', '{"group": "APA"}', peer => village.phone(2)), 'not_understood', 'on a phone with one member, too');
select is(village.says(2, 'SALDO', '{"group": "MELATI"}'), 'saldo', 'who names the own group is answered');
select is(village.says(2, 'BLOKIR', '{"group": "MAWAR", "member": 99}'), 'blokir_who', 'BLOKIR keeps its own use of the group');
select is(village.says(24, 'SALDO') || ' ' || village.answers(), 'which_member 24 reply which_group_member', 'two persons of two groups under one number');
select is(village.param('which_group_member', 'group_members'), 'MAWAR 24 DEWA, MELATI 24 DEWI', 'are listed with their groups');
select is(village.says(24, 'SALDO', '{"member": 24}'), 'which_member', 'the number alone isn''t plain');
select is(village.says(24, 'SALDO', '{"group": "MAWAR"}') || village.param('saldo', 'sukarela'), 'saldo8000', 'the group is');
select is(village.says(24, 'SALDO'), 'which_member', 'but of several persons none is remembered');
select is(village.says(25, 'SALDO', '{"group": "MELATI"}') || ' ' || village.answers(), 'which_member 25 reply which_member', 'two of one group must say the number');

-- --- a new number -----------------------------------------------------------------------------
select is(village.says(23, 'GANTIHP', '{"member": 24, "phone": "+6281200000050"}'), 'not_officer', 'a member changes nobody''s number');
select is(village.says(2, 'GANTIHP', '{"member": 99, "phone": "+6281200000050"}'), 'no_such_member', 'a number that is nobody''s');
select is(village.says(2, 'GANTIHP', '{"member": 2, "phone": "+6281200000050"}'), 'not_yourself', 'never one''s own');
select is(village.says(2, 'GANTIHP', '{"member": 23, "phone": "+6281200000023"}'), 'phone_same', 'the number that it is');
select is(village.says(2, 'GANTIHP', '{"member": 23, "phone": "+6281200000002"}'), 'phone_yours', 'never to the officer''s own phone');
select is(village.says(1, 'GANTIHP', '{"member": 23, "phone": "+6281200000050"}') || ' ' || village.answers(), 'not_officer 01 reply which_group', 'an officer of two groups is asked which');
select is(village.says(2, 'GANTIHP', '{"member": 23, "phone": "+6281200000025"}') || ' ' || village.answers(), 'gantihp 02 reply phone_confirm', 'an officer asks');
select is(village.param('phone_confirm', 'used_by'), 'AMINAH +1', 'and reads who has that number');
select is(village.says(2, 'GANTIHP', '{"member": 23, "phone": "+6281200000050"}'), 'gantihp', 'then for a free one');
select is(village.param('phone_confirm', 'used_by'), null, 'that nobody has');
select is(village.says(2, 'KODE', pg_temp.code(2)), 'pin_wanted', 'the code alone isn''t enough');
select is(pg_temp.agrees(2, 'KODE') || ' ' || village.answers(), 'request_waits 03 notice phone_officer, 02 reply request_waits', 'with the PIN the second officer is asked');
select is(pg_temp.agrees(3) || ' ' || village.answers(), 'phone 03 reply phone_done, 23 notice phone_changed, 50 notice phone_welcome, 02 notice phone_done', 'who agrees; the old number, the new one and both officers hear');
select is(village.param('phone_changed', 'officer') || '+' || village.param('phone_changed', 'second'), 'KARTINI+RATNA DEWI', 'the old number reads by whom');
select is((select withdraw_hold_until from kentongan.members where id = village.member(23)), kentongan.now() + interval '7 days', 'no money out for a week');
select is_empty('select 1 from kentongan.pins where member_id = village.member(23)', 'the PIN is void');
select is(village.says(50, 'SALDO') || village.param('saldo', 'sukarela'), 'saldo1000000', 'the new number is hers');
select is(village.says(23, 'SALDO') || village.param('saldo', 'sukarela'), 'saldo7000', 'the old one only the other group''s');
select pg_temp.gets_pin(23);
select is(village.says(50, 'KELUAR') || village.answers(), 'leave_held50 reply leave_held', 'nor out by leaving');

-- Onto the phone of the officer who agrees.
select is(village.says(2, 'GANTIHP', '{"member": 24, "phone": "+6281200000003"}') || pg_temp.agrees(2, 'KODE'), 'gantihprequest_waits', 'to the second officer''s phone');
select is(pg_temp.agrees(3) || ' ' || village.answers(), 'phone_yours 03 reply phone_yours, 02 notice phone_yours', 'is refused when she agrees');
select is((village.request()).status || kentongan.phone_of(village.member(24)), 'rejected+6281200000024', 'and nothing has changed');
select api.member_phone('test', 'MELATI', 24, '+6281200000060');
select is((select withdraw_hold_until from kentongan.members where id = village.member(24)), kentongan.now() + interval '7 days', 'the operator''s change holds money back, too');
select api.member_phone('test', 'MELATI', 24, '+6281200000024');

-- --- lifting a block ----------------------------------------------------------------------------
select is(village.says(2, 'BUKA', '{"member": 23}'), 'unblock_none', 'who isn''t blocked');
select is(village.says(50, 'BLOKIR'), 'blokir', 'blocked');
select is(village.says(50, 'BUKA', '{"member": 23}'), 'not_officer', 'nobody lifts the own block');
select is(village.says(2, 'BUKA', '{"member": 23}') || pg_temp.agrees(2, 'KODE') || ' ' || village.answers(), 'bukarequest_waits 03 notice unblock_officer, 02 reply request_waits', 'two officers do');
select is(village.says(50, 'SETOR', '{"amount": 60000}'), 'blocked', 'not one alone');
select is(pg_temp.agrees(3) || ' ' || village.answers(), 'unblock 03 reply unblock_done, 50 notice unblocked, 02 notice unblock_done', 'all hear');
select is(village.says(50, 'SETOR', '{"amount": 60000}'), 'setor', 'and money may move');

-- --- leaving --------------------------------------------------------------------------------------
select village.later('8 days');
select is(village.says(2, 'KELUAR'), 'leave_office', 'an officer hands over the office first');
select is(village.says(50, 'SETOR', '{"amount": 70000}') || village.says(50, 'KELUAR'), 'setorleave_open', 'while something waits nobody leaves');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'once it is done');
select is(village.says(45, 'KELUAR'), 'pin_none', 'without PIN nobody leaves');
select is(village.says(50, 'KELUAR') || ' ' || village.answers(), 'keluar 50 reply leave_confirm', 'asked again with a code');
select is((village.request()).amount, 1420000::bigint, 'for everything saved');
select is(village.says(50, 'KODE', pg_temp.code(50)), 'pin_wanted', 'which wants the PIN');
select is(village.says(50, 'KODE', pg_temp.code(50), pin => pg_temp.pin(23)) || ' ' || village.answers(), 'request_waits 01 notice leave_officer, 50 reply request_waits', 'then the treasurer is asked');
select is(pg_temp.agrees(1) || ' ' || village.answers(), 'cash_short 01 reply cash_short', 'who hasn''t the cash');
select is(village.cash(1), 70000::bigint, 'only the one deposit');

select is(village.says(24, 'SETOR', '{"group": "MELATI", "amount": 900000}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'deposits bring cash');
select is(village.says(24, 'SETOR', '{"group": "MELATI", "amount": 900001}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'and more');
select is(village.cash(1), 1870001::bigint, 'enough of it');
create temp table leaving as select * from kentongan.requests where kind = 'leave' and status = 'pending';
update kentongan.one_time_codes set hash = sha256(salt || '0007'::bytea)
 where request_id = (select id from leaving) and stage = 'decide' and person_id = village.member(1);
select is(village.says(1, 'SAH', '{"code": "0007"}', pin => pg_temp.pin(1)) || ' ' || village.answers(), 'request_half 01 reply request_waits, 02 notice leave_officer', 'then the treasurer agrees and the chair is asked');
select is(pg_temp.agrees(2) || ' ' || village.answers(), 'request_approved 02 reply request_hand_over, 01 notice request_hand_over, 50 notice leave_take', 'both: the treasurer hands over, the member is asked');
select is(village.says(50, 'AMBIL', pg_temp.code(50)) || ' ' || village.answers(), 'leave 50 receipt receipt_leave, 01 receipt receipt_leave_officer, 02 receipt receipt_leave_officer', 'AMBIL: paid out, with receipts');
select is((select row(params ->> 'pokok', params ->> 'wajib', params ->> 'sukarela', params ->> 'amount', params ->> 'name')::text
             from kentongan.outbox where template = 'receipt_leave'), '(100000,250000,1070000,1420000,"SITI A")', 'the receipt has every part, and the name');
select is((select row(kind, actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row('leave', village.member(1), village.member(2))::text, 'one entry names both officers');
select is((select sum(abs(balance)) from kentongan.accounts where member_id = village.member(23)), 0::numeric, 'nothing is left');
select is(village.cash(1), 450001::bigint, 'out of the treasurer''s cash');
select is((select row(status, name, short_name, left_on = kentongan.today(group_id))::text from kentongan.members where id = village.member(23)),
          '(left,"Anggota 23","ANGGOTA 23",t)', 'who has left is a number');
select is(kentongan.phone_of(village.member(23)), null, 'without phone');
select is_empty('select 1 from kentongan.pins where member_id = village.member(23)', 'or PIN');
select is(village.says(50, 'SALDO'), 'unknown_number', 'and unknown');
select is(pg_temp.agrees(2), 'code_done', 'the codes have done their work');
select is(village.says(50, 'DAFTAR', '{"group": "MELATI", "text": "Siti Aminah"}', limits => '{"unknown": 9}') || village.says(50, 'YA', limits => '{"unknown": 9}') || pg_temp.agrees(3), 'join_consentjoin_waitsjoin', 'who comes back');
select is((select max(number) from kentongan.members where group_id = village.group_id()), 29, 'is a new member');

-- Rohana has nothing saved; there is no cash to hand over.
select pg_temp.gets_pin(28);
select is(village.says(45, 'KELUAR') || village.says(45, 'KODE', pg_temp.code(45), pin => pg_temp.pin(28)), 'keluarrequest_waits', 'who has saved nothing');
select is(pg_temp.agrees(1) || pg_temp.agrees(2) || ' ' || village.answers(), 'request_halfleave 45 notice leave_done, 01 notice leave_done, 02 notice leave_done', 'leaves by two words, without AMBIL');
select is((select row(m.status, m.name, r.peer, r.details ? 'applicant', r.details ? 'consent')::text
             from kentongan.members m join kentongan.requests r on r.member_id = m.id and r.kind = 'join' and r.status = 'posted'
            where m.id = village.member(28)), '(left,"Anggota 28",,f,t)', 'the request that she came by forgets her, too');

-- Figures that change between the officers' word and AMBIL.
select village.later('8 days');
select pg_temp.gets_pin(25);
select is(village.says(25, 'KELUAR', '{"member": 25}') || village.says(25, 'KODE', pg_temp.code(25), pin => pg_temp.pin(25)), 'keluarrequest_waits', 'one on a shared phone leaves');
select is(pg_temp.agrees(1) || pg_temp.agrees(2), 'request_halfrequest_approved', 'all agree');
create temp table taking as select village.otp(25) as otp;
select is(village.says(25, 'SETOR', '{"member": 25, "amount": 5000}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'but a deposit comes in between');
select is(village.says(25, 'AMBIL', jsonb_build_object('code', (select otp from taking))) || ' ' || village.answers(), 'leave_changed 25 reply leave_changed, 01 notice leave_changed, 02 notice leave_changed', 'then it is off and all hear');
select is((select row(status, reason)::text from kentongan.requests where kind = 'leave' order by id desc limit 1), '(rejected,"what is owed has changed")', 'why');
select is((select status from kentongan.members where id = village.member(25)) || village.saved(25), 'active30000', 'nobody has left');

-- Debts, and money that others owe.
do $$
declare
    v_loan bigint;
begin
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
    values (village.group_id(), village.member(25), 77, 400000, kentongan.today(village.group_id())) returning id into v_loan;
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    values (v_loan, 1, kentongan.today(village.group_id()) + 30, 400000, 8000);
    perform kentongan.post(village.group_id(), 'opening', array[kentongan.account(village.group_id(), 'loan', village.member(25), v_loan),
        kentongan.account(village.group_id(), 'opening')], array[400000, -400000], null, p_operator => 'test');
end $$;
select is(village.says(25, 'KELUAR', '{"member": 25}') || ' ' || village.answers(), 'leave_debt 25 reply leave_debt', 'who owes repays first');
select is(village.param('leave_debt', 'remaining') || ' ' || village.param('leave_debt', 'amount'), '408000 30000', 'and reads both figures');
select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_entries()', 'entries balance');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select * from finish();
rollback;
