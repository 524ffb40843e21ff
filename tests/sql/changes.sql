-- What changes while a request is under way: offices that pass on, deposits that are taken back.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2, 3, 23]) n;
create function pg_temp.code(p_from int, p_command text default 'KODE') returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => decode(md5(p_from::text), 'hex')) $$;
create function pg_temp.asked() returns int language sql volatile as $$
    select m.number from kentongan.members m join kentongan.one_time_codes oc on oc.person_id = m.id
     where oc.request_id = (village.request()).id and oc.closed_at is null
$$;
create function pg_temp.office(p_number int, p_role text, p_holds boolean) returns void
language sql volatile as $$ select api.officer_set('test', 'MELATI', p_number, p_role, p_holds) $$;

-- --- an office that passes on and comes back ------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 1500000}'), 'setor', 'a large deposit');
select village.otp(1) as old \gset
select pg_temp.office(1, 'bendahara', false);
select is(pg_temp.asked(), 2, 'goes on to the chair');
select pg_temp.office(1, 'bendahara', true);
select pg_temp.office(3, 'sekretaris', false);
select is(pg_temp.code(2, 'TERIMA') || ' ' || village.answers(), 'terima_half 02 reply terima_half, 01 notice second_officer',
          'who asks the treasurer as the second, once more');
select is(village.says(1, 'TERIMA', jsonb_build_object('code', :'old'::text)), 'code_wrong', 'the old code is void');
select is(pg_temp.code(1, 'TERIMA'), 'terima', 'the new one does it');
select is(village.saved(24), 1500000::bigint, 'once');

select pg_temp.office(3, 'sekretaris', true);
select is(village.says(null, 'DAFTAR', '{"group": "MELATI", "text": "Mbok Yem"}', peer => '+628777000001') || ' '
          || village.says(null, 'YA', peer => '+628777000001'), 'join_consent join_waits', 'somebody wants to join');
select is(pg_temp.asked(), 3, 'the secretary is asked');
select pg_temp.office(3, 'sekretaris', false);
select is(pg_temp.asked(), 2, 'after her the chair');
select pg_temp.office(3, 'sekretaris', true);
select pg_temp.office(2, 'ketua', false);
select is(pg_temp.asked(), 3, 'and the secretary who came back');
select pg_temp.office(2, 'ketua', true);

-- --- savings that officers have agreed to pay out: the cash may be in the hand -------------------------
select is(village.says(23, 'SETOR', '{"amount": 70000}') || ' ' || pg_temp.code(1, 'TERIMA'), 'setor terima', 'a deposit');
select (village.request()).code as deposit \gset
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
    kentongan.account(village.group_id(), 'bank')], array[2000000, -2000000], village.member(1));
select api.group_set('test', 'MELATI', '{"second_officer_above": 2000000}');
create function pg_temp.correct() returns text language sql volatile as $$
    select village.says(2, 'KOREKSI', jsonb_build_object('code', current_setting('village.deposit'), 'text', 'salah orang'))
$$;
select set_config('village.deposit', :'deposit', true);
select is(pg_temp.correct(), 'koreksi', 'it may be corrected');
select is(village.says(23, 'TARIK', '{"amount": 1050000}') || ' ' || pg_temp.code(23), 'tarik request_waits', 'while a withdrawal is only asked for');
select (village.request()).code as taken \gset
select is(pg_temp.code(1, 'SAH'), 'request_approved', 'an officer agrees to that');
select is(pg_temp.correct(), 'koreksi_spent', 'now it needs the deposit');
select is(village.says(23, 'BATAL', jsonb_build_object('code', :'taken'::text)), 'batal', 'taken back');
select is(pg_temp.correct(), 'koreksi', 'it doesn''t any more');

-- --- an officer's number ----------------------------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 81000}'), 'setor', 'a deposit waits for the treasurer');
select village.otp(1) as old \gset
select api.member_phone('test', 'MELATI', 1, '+628777000011');
select is((select right(peer, 2) || ' ' || template from kentongan.outbox where params ? 'otp' order by id desc limit 1), '11 setor_officer', 'whose new number is asked');
select is(village.says(null, 'TERIMA', jsonb_build_object('code', :'old'::text), peer => '+628777000011'), 'code_wrong', 'what the old one read is void');
select is(village.says(null, 'TERIMA', (select jsonb_build_object('code', params ->> 'otp') from kentongan.outbox where params ? 'otp' order by id desc limit 1),
                       peer => '+628777000011'), 'terima', 'the new code does it');
select village.later('1 hour');
select api.member_phone('test', 'MELATI', 1, village.phone(1));
insert into kentongan.pins (member_id, hash, set_at) values (village.member(1), decode(md5('1'), 'hex'), kentongan.now());

-- --- a loan that is given up after a payment ------------------------------------------------------------
select is(village.says(24, 'PINJAM', '{"amount": 500000, "count": 5}') || ' ' || pg_temp.code(24) || ' ' || pg_temp.code(1, 'SAH') || ' ' || pg_temp.code(24, 'AMBIL'),
          'pinjam request_waits request_approved ambil', 'a loan');
select is(village.says(24, 'BAYAR', '{"amount": 200000}') || ' ' || pg_temp.code(1, 'TERIMA'), 'bayar terima', 'a payment');
select set_config('village.deposit', (village.request()).code, true);
select is(pg_temp.correct() || ' ' || pg_temp.code(2), 'koreksi request_waits', 'one officer wants it taken back');
select village.otp(1) as other \gset
select is(village.says(2, 'HAPUSPINJAMAN', '{"loan": 1, "text": "pindah"}') || ' ' || pg_temp.code(2) || ' ' || pg_temp.code(3, 'SAH'), 'hapuspinjaman request_waits write_off', 'two give the loan up');
select is(village.says(1, 'SAH', jsonb_build_object('code', :'other'::text), pin => decode(md5('1'), 'hex')) || ' ' || village.answers(),
          'koreksi_kind 01 reply koreksi_kind, 02 notice koreksi_kind', 'the payment stands: the loss was reckoned behind it');
select is(pg_temp.correct(), 'koreksi_kind', 'as is said at once the next time');
select is_empty('select * from api.verify_loans()', 'loans are what was lent less what was paid');

-- --- a meeting's list with an officer alone on it ---------------------------------------------------------
select is(village.says(1, 'CATAT', '{"member": 2, "entry": "wajib", "amount": 25000}') || ' ' || village.says(1, 'SELESAI') || ' ' || pg_temp.code(1), 'catat selesai batch', 'the chair''s wajib');
select set_config('village.deposit', (village.request()).code, true);
select is(pg_temp.correct(), 'koreksi_own', 'isn''t the chair''s to take back');
select is(village.says(1, 'KOREKSI', jsonb_build_object('code', current_setting('village.deposit'), 'text', 'keliru')) || ' ' || pg_temp.code(1) || ' ' || village.answers(),
          'koreksi request_waits 03 notice reversal_officer, 01 reply request_waits', 'nor to agree to');
select is(pg_temp.code(3, 'SAH'), 'koreksi_done', 'but the secretary''s');
select is_empty('select * from api.verify_requests()', 'nobody about their own money');
select is_empty('select * from api.verify_accounts()', 'balances agree');
select * from finish();
rollback;
