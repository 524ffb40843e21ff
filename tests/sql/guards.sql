-- What guards phones and officers: BLOKIR and its lifting, a new number's hold, codes in questions,
-- figures that want the PIN. (Guessed codes: confirming.sql.)
begin;
select * from no_plan();
select village.build();
update kentongan.groups set quiet_from = '00:00', quiet_until = '00:00'; -- at whatever hour this runs
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2, 3, 4, 23, 24]) n;
create function pg_temp.says(p_from int, p_command text default 'KODE') returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => decode(md5(p_from::text), 'hex')) $$;
create function pg_temp.member(p_number int, p_other jsonb default '{}') returns jsonb
language sql immutable as $$ select jsonb_build_object('member', p_number) || p_other $$;
create function pg_temp.asked() returns int language sql volatile as $$
    select m.number from kentongan.members m join kentongan.one_time_codes oc on oc.person_id = m.id
     where oc.request_id = (village.request()).id and oc.closed_at is null
$$;
create function pg_temp.state() returns text language sql volatile as $$
    select (village.request()).status || coalesce(' ' || (select number from kentongan.members where id = (village.request()).first_officer), '')
$$;
create function pg_temp.unblock() returns void language sql volatile as $$
    update kentongan.members set blocked_at = null, blocked_by = null;
    delete from kentongan.daily_counts
$$;
insert into kentongan.officers (group_id, member_id, role, since) values (village.group_id(), village.member(24), 'pengawas', kentongan.now());

-- --- one officer blocks the others ------------------------------------------------------------------
select is(village.says(1, 'BLOKIR', pg_temp.member(2)), 'blokir', 'the treasurer blocks the chair');
select is(village.answers(), '02 notice blokir, 01 notice blokir_officer, 03 notice blokir_officer, 04 notice blokir_officer, 24 notice blokir_officer, 01 reply blokir',
          'every officer and supervisor hears it');
select is(village.param('blokir_officer', 'role') || ' ' || village.param('blokir_officer', 'peer'), 'ketua ' || village.phone(1), 'who, and from which number');
select is(village.says(1, 'BLOKIR', pg_temp.member(3)), 'blokir', 'and the secretary');
select is(village.says(24, 'SETOR', '{"amount": 1500000}') || ' ' || pg_temp.says(1, 'TERIMA'), 'setor no_second', 'what needs two still needs two');
select is(village.says(2, 'BUKA', pg_temp.member(3)), 'blocked', 'who is blocked lifts nothing');
select is(village.says(23, 'BUKA', pg_temp.member(2)), 'not_officer', 'nor does a member');
select is(village.says(4, 'BUKA', pg_temp.member(4)), 'not_yourself', 'nor a supervisor for herself');
select is(village.says(4, 'BUKA', pg_temp.member(2)) || ' ' || pg_temp.says(4), 'buka request_waits', 'a supervisor asks');
select is(pg_temp.asked(), 24, 'the other supervisor, not who blocked');
select is(village.says(24, 'TERIMA', '{"code": "0000"}') || ' ' || pg_temp.state(), 'code_wrong pending 4', 'she has a code');
select is(pg_temp.says(24, 'SAH') || ' ' || village.answers(), 'unblock 24 reply unblock_done, 02 notice unblocked, 04 notice unblock_done', 'and agrees');
select is((select blocked_at from kentongan.members where id = village.member(2)), null, 'the chair is free');
select is(village.says(24, 'TERIMA', '{"code": "0000"}'), 'not_officer', 'a supervisor decides nothing else');
select is(village.says(2, 'BUKA', pg_temp.member(3)) || ' ' || pg_temp.says(2), 'buka request_waits', 'the chair asks for the secretary');
select is(pg_temp.asked(), 4, 'and a supervisor is asked before who blocked her');
select is(village.says(4, 'TOLAK', jsonb_build_object('code', village.otp(4), 'text', 'belum bertemu')), 'tolak', 'who may say no, too');
update kentongan.officers set until = kentongan.now() where role = 'pengawas';
select is(village.says(2, 'BUKA', pg_temp.member(3)) || ' ' || pg_temp.says(2) || ' ' || pg_temp.asked(), 'buka request_waits 1', 'without supervisors who blocked is asked after all');
select is(pg_temp.says(1, 'SAH'), 'unblock', 'and may agree');
update kentongan.officers set until = null where role = 'pengawas';
select pg_temp.unblock();

-- --- how many -----------------------------------------------------------------------------------------
select is(array_agg(village.says(0, 'BLOKIR', pg_temp.member(n, '{"group": "MELATI"}'), peer => '+628777000001', limits => '{"unknown": 9}')), array['blokir', 'blokir', 'blokir', 'blokir', 'blokir_many'],
          'a stranger blocks three (one of them twice) and no more') from unnest(array[1, 1, 2, 3, 4]) n;
select is((select string_agg(right(peer, 2) || ' ' || template, ', ' order by id) from kentongan.outbox where message_id = village.heard()), '01 blokir_many, 02 blokir_many_chair', 'the chair hears it');
select is((select blocked_at from kentongan.members where id = village.member(4)), null, 'the supervisor isn''t blocked');
select is(village.says(0, 'BLOKIR', pg_temp.member(24, '{"group": "MELATI"}'), peer => '+628777000001', limits => '{"unknown": 9}'), 'blokir_many', 'nor anybody else');
select is((select count(*)::int from kentongan.outbox where message_id = village.heard()), 1, 'the chair hears it once');
select is(village.says(4, 'BUKA', pg_temp.member(1)) || ' ' || pg_temp.says(4) || ' ' || pg_temp.says(24, 'SAH'), 'buka request_waits unblock', 'two supervisors open what strangers have shut');
select is(village.says(25, 'BLOKIR') || village.says(25, 'BLOKIR', pg_temp.member(26)), 'blokirblokir', 'one''s own phone isn''t counted');
select is((select sum(n)::int from kentongan.daily_counts where scope = 'blokir' and key = village.phone(25)), null, 'at all');
select pg_temp.unblock();

-- --- what a block ends ---------------------------------------------------------------------------------
select is(village.says(1, 'GANTIHP', pg_temp.member(23, '{"phone": "+628777000023"}')), 'gantihp', 'an officer has asked');
select village.says(1, 'BLOKIR');
select is(pg_temp.state(), 'cancelled', 'what isn''t confirmed ends');
select pg_temp.unblock();
select is(village.says(1, 'GANTIHP', pg_temp.member(23, '{"phone": "+628777000023"}')) || ' ' || pg_temp.says(1) || ' ' || pg_temp.asked(), 'gantihp request_waits 2', 'and confirmed');
select is(village.says(1, 'BLOKIR') || ' ' || pg_temp.state(), 'blokir cancelled 1', 'what she has confirmed ends, too');
select ok(village.answers() like '%02 notice request_cancelled%', 'and who was asked hears it');
select is(pg_temp.says(2, 'SAH') || ' ' || (select kentongan.phone_of(village.member(23))), 'code_done ' || village.phone(23), 'her SAH comes too late');
select pg_temp.unblock();
select is(village.says(23, 'SETOR', '{"amount": 1600000}') || ' ' || pg_temp.says(1, 'TERIMA') || ' ' || pg_temp.state() || ' ' || pg_temp.asked(), 'setor terima_half pending 1 2', 'the first of two');
select village.otp(2) as old \gset
select is(village.says(1, 'BLOKIR') || ' ' || pg_temp.state() || ' ' || pg_temp.asked(), 'blokir pending 2', 'is blocked: the second is asked as the first');
select is(village.says(2, 'TERIMA', jsonb_build_object('code', :'old'::text)), 'code_wrong', 'under another code');
select is(pg_temp.says(2, 'TERIMA') || ' ' || pg_temp.asked() || ' ' || pg_temp.says(3, 'TERIMA'), 'terima_half 3 terima', 'two who aren''t blocked do it');
select pg_temp.unblock();
select is(village.says(23, 'SETOR', '{"amount": 40000}') || ' ' || pg_temp.asked(), 'setor 1', 'what waits for her');
select is(village.says(23, 'BLOKIR', pg_temp.member(1)) || ' ' || pg_temp.asked(), 'blokir 2', 'goes to the next');
select is(pg_temp.says(1, 'TERIMA') || ' ' || village.answers(), 'blocked 01 reply blocked', 'her code does nothing');
select is(village.says(0, 'BLOKIR', pg_temp.member(3, '{"group": "MELATI"}'), peer => '+628777000001') || village.says(2, 'BLOKIR') || coalesce(pg_temp.asked()::text, ' nobody'), 'blokirblokir nobody', 'where all are blocked it waits');
select api.member_unblock('test', 'MELATI', 3);
select is(pg_temp.asked(), 3, 'for who is opened first');
select pg_temp.unblock();
update kentongan.requests set status = 'cancelled' where status = 'pending';
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
    kentongan.account(village.group_id(), 'bank')], array[500000, -500000], village.member(1));
select is(village.says(1, 'SERAH', '{"amount": 100000, "role": "ketua"}') || ' ' || pg_temp.says(1) || ' ' || pg_temp.asked(), 'serah request_waits 2', 'cash is handed over');
select is(village.says(2, 'BLOKIR') || ' ' || pg_temp.state(), 'blokir cancelled', 'not to who is blocked: nobody else has it');
select ok(village.answers() like '%01 notice request_cancelled%', 'and the giver hears it');
select pg_temp.unblock();
select is(village.says(23, 'TARIK', '{"amount": 50000}') || ' ' || pg_temp.says(23) || ' ' || pg_temp.says(1, 'SAH'), 'tarik request_waits request_approved', 'money is agreed to');
select is(village.says(23, 'BLOKIR') || ' ' || pg_temp.says(23, 'AMBIL') || ' ' || pg_temp.state(), 'blokir blocked approved', 'but isn''t taken while blocked');
select pg_temp.unblock();
select is(pg_temp.says(23, 'AMBIL'), 'ambil', 'afterwards it is');
-- Who shares the phone of somebody blocked can't answer, so nobody asks her.
insert into kentongan.members (group_id, number, name, short_name) values (village.group_id(), 50, 'Wati', 'WATI');
insert into kentongan.member_phones (member_id, phone_id, since) select village.member(50), phone_id, kentongan.now() from kentongan.member_phones where member_id = village.member(1) and until is null;
select is(village.says(23, 'BLOKIR', pg_temp.member(50)) || ' ' || village.says(23, 'SETOR', '{"amount": 41000}') || ' ' || pg_temp.asked(), 'blokir setor 2', 'the phone is blocked, the chair is asked');
update kentongan.member_phones set until = kentongan.now() where member_id = village.member(50);
select pg_temp.unblock();

-- --- guesses at what a member is asked ------------------------------------------------------------------
create function pg_temp.guess(p_from int, p_command text) returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.wrong_otp(p_from)), pin => decode(md5('guess'), 'hex')) $$;
update kentongan.requests set status = 'cancelled' where status = 'pending';
select is(village.says(23, 'TARIK', '{"amount": 51000}') || ' ' || pg_temp.guess(23, 'KODE') || ' ' || pg_temp.guess(23, 'KODE') || ' ' || pg_temp.guess(23, 'KODE'),
          'tarik code_wrong code_wrong codes_void', 'three guesses');
select is(pg_temp.state() || ' ' || coalesce(village.param('codes_void', 'until'), 'none') || ' ' || village.param('codes_void', 'again'), 'cancelled none x', 'end what was only asked');
select is((select wrong from kentongan.pins where member_id = village.member(23)), 0, 'and are no wrong PINs');
select is(village.says(23, 'TARIK', '{"amount": 51000}') || ' ' || pg_temp.says(23) || ' ' || pg_temp.says(1, 'SAH'), 'tarik request_waits request_approved', 'asked again it goes its way');
select village.otp(23) as old \gset
select is(pg_temp.guess(23, 'AMBIL') || ' ' || pg_temp.guess(23, 'KODE') || ' ' || pg_temp.guess(23, 'AMBIL'), 'code_wrong code_wrong codes_void', 'three guesses at what is to be taken');
select is(pg_temp.state() || ' ' || coalesce((select string_agg(template, ' ') from kentongan.outbox where peer = village.phone(23) and params ->> 'otp' <> :'old' and template = 'withdrawal_take' and id > (select max(id) - 3 from kentongan.outbox)), 'nothing'),
          'approved nothing', 'the second time that day she waits');
select village.later('61 minutes');
select api.timed_work('{}');
select is((select template from kentongan.outbox where peer = village.phone(23) order by id desc limit 1) || ' ' || (village.otp(23) <> :'old'), 'withdrawal_take true', 'an hour: then there is another code');
select is(pg_temp.says(23, 'AMBIL'), 'ambil', 'which takes it');

-- --- an officer's new number ----------------------------------------------------------------------------
select is(village.says(1, 'GANTIHP', pg_temp.member(2, '{"phone": "+6281200000092"}')) || ' ' || pg_temp.says(1) || ' ' || pg_temp.says(3, 'SAH'), 'gantihp request_waits phone', 'two officers change the chair''s number');
select is(village.says(92, 'PIN') || ' ' || village.says(92, 'KODE', jsonb_build_object('code', village.otp(92)), pin => decode(md5('92'), 'hex')), 'pin pin_saved', 'whoever holds it has a PIN');
select is(village.says(92, 'RESETPIN', pg_temp.member(23)) || ' ' || village.answers(), 'not_officer 92 reply officer_held', 'but asks for nothing as an officer');
select isnt(village.param('officer_held', 'until'), null, 'before a date');
select is(village.says(1, 'RESETPIN', pg_temp.member(23)) || ' ' || pg_temp.says(1) || ' ' || pg_temp.asked(), 'pin_reset request_waits 3', 'nor is she asked');
select is(kentongan.issue_code((village.request()).id, village.member(2), kentongan.now() + interval '1 day', 'decide') is not null, true, 'a code that she had all the same');
select is(village.says(92, 'SAH', jsonb_build_object('code', kentongan.issue_code((village.request()).id, village.member(2), kentongan.now() + interval '1 day', 'decide')), pin => decode(md5('92'), 'hex'))
          || ' ' || village.answers(), 'officer_held 92 reply officer_held', 'does nothing');
select village.later('7 days 1 minute');
select is(village.says(92, 'RESETPIN', pg_temp.member(23)), 'pin_reset', 'a week later she is the chair again');
select api.member_phone('test', 'MELATI', 2, village.phone(2));
insert into kentongan.pins (member_id, hash, set_at) values (village.member(2), decode(md5('2'), 'hex'), kentongan.now());
select is(village.says(2, 'RESETPIN', pg_temp.member(23)), 'pin_reset', 'the operator''s change holds up nobody');

-- --- who uses a number -------------------------------------------------------------------------------------
select api.group_add('test', 'MAWAR', 'UP2K MAWAR', '{}');
select api.member_add('test', 'MAWAR', 1, 'Bu Lain', '+628777000042', '{}');
select village.says(1, 'GANTIHP', pg_temp.member(23, '{"phone": "+628777000042"}'));
select is(village.param('phone_confirm', 'used_by'), 'elsewhere', 'who is in another group isn''t named');
select village.says(1, 'GANTIHP', pg_temp.member(23, jsonb_build_object('phone', village.phone(25))));
select is(village.param('phone_confirm', 'used_by'), 'AMINAH +1', 'who is in this one is');
select api.member_add('test', 'MAWAR', 2, 'Bu Lagi', village.phone(24), '{}');
select village.says(1, 'GANTIHP', pg_temp.member(23, jsonb_build_object('phone', village.phone(24))));
select is(village.param('phone_confirm', 'used_by'), 'DEWI', 'she alone');
update kentongan.member_phones set until = kentongan.now() where member_id = (select id from kentongan.members where name = 'Bu Lagi');

-- --- a code in a question ------------------------------------------------------------------------------------
create function pg_temp.kept() returns text language sql volatile as $$ select args ->> 'code' from kentongan.questions order by id desc limit 1 $$;
select is(village.says(1, 'TERIMA', '{"code": "7391"}', problem => 'near', word => 'terimq') || ' ' || pg_temp.kept(), 'near 7391', 'while we wait');
select is(village.param('near', 'otp') || coalesce(village.param('near', 'code'), ''), '7391', 'sent as what is masked once it is gone');
select is(village.says(1, 'TIDAK') || coalesce(pg_temp.kept(), ' gone'), 'tidak gone', 'not after TIDAK');
select is(village.says(1, 'TERIMA', '{"code": "7391"}', problem => 'near', word => 'terimq') || village.says(1, 'YA') || coalesce(pg_temp.kept(), ' gone'), 'nearcode_wrong gone', 'nor after YA');
select is(village.says(1, 'TERIMA', '{"code": "7391"}', problem => 'near', word => 'terimq') || village.says(1, 'TERIMA', '{"code": "7392"}', problem => 'near', word => 'terimw'), 'nearnear', 'asked twice');
select is((select string_agg(args ->> 'code', ' ') from kentongan.questions), '7392', 'the last counts');
select village.later('11 minutes');
select is(village.says(1, 'YA'), 'ya_none', 'for ten minutes');
select api.timed_work('{}');
select is(pg_temp.kept(), null, 'then it is dropped');

-- --- figures want the PIN --------------------------------------------------------------------------------------
create function pg_temp.figures() returns text language sql volatile as $$
    select coalesce(string_agg(k, ' ' order by k), 'none') from kentongan.outbox, jsonb_object_keys(params) k
     where message_id = village.heard() and k in ('balance', 'waiting', 'remaining', 'total', 'loan', 'since')
$$;
update kentongan.pins set hash = decode(md5('23'), 'hex') where member_id = village.member(23);
select is(village.says(23, 'TARIK', '{"amount": 9000000}') || ' ' || pg_temp.figures(), 'withdrawal_short balance', 'too much: the balance');
select is(village.says(23, 'KELUAR') || ' ' || pg_temp.figures(), 'keluar total', 'leaving: the sum');
update kentongan.groups set look_pin = true where id = village.group_id();
select is(village.says(23, 'TARIK', '{"amount": 9000000}') || ' ' || pg_temp.figures(), 'withdrawal_short none', 'where looking wants the PIN they aren''t said');
select is(village.says(23, 'KELUAR') || ' ' || pg_temp.figures(), 'keluar none', 'neither');
select is(village.says(23, 'TARIK', '{"amount": 900000}') || ' ' || pg_temp.says(23), 'tarik request_waits', 'a withdrawal');
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(23)),
    kentongan.account(village.group_id(), 'bank')], array[2000000, -2000000], village.member(1));
select is(pg_temp.says(1, 'SAH') || ' ' || pg_temp.figures(), 'withdrawal_short balance', 'the officer sees what it lacks');
update kentongan.requests set status = 'cancelled' where status = 'pending';
update kentongan.members set withdraw_hold_until = null;
select is(village.says(23, 'PINJAM', '{"amount": 100000, "count": 2}') || ' ' || pg_temp.says(23) || ' ' || pg_temp.says(1, 'SAH') || ' ' || pg_temp.says(23, 'AMBIL'),
          'pinjam request_waits request_approved ambil', 'a loan');
select village.later('100 days');
select is(village.says(23, 'PINJAM', '{"amount": 100000, "count": 2}') || ' ' || pg_temp.figures(), 'pinjam_arrears none', 'arrears: no figures');
select is(village.says(23, 'KELUAR') || ' ' || pg_temp.figures(), 'leave_debt none', 'nor a debt''s');
update kentongan.groups set look_pin = false where id = village.group_id();
select is(village.says(23, 'PINJAM', '{"amount": 100000, "count": 2}') || ' ' || pg_temp.figures(), 'pinjam_arrears loan since', 'with them else');
select is(village.says(23, 'KELUAR') || ' ' || pg_temp.figures(), 'leave_debt remaining', 'those as well');

-- --- who speaks, on a shared phone ---------------------------------------------------------------------------------
update kentongan.member_phones set until = kentongan.now() where member_id = village.member(27) and until is null;
insert into kentongan.member_phones (member_id, phone_id, since) select village.member(27), phone_id, kentongan.now() + interval '1 second' from kentongan.member_phones where member_id = village.member(1) and until is null;
insert into kentongan.officers (group_id, member_id, role, since) values (village.group_id(), village.member(27), 'sekretaris', kentongan.now());
select is(village.says(1, 'BUKA', pg_temp.member(23, '{"speaker": 27}')), 'unblock_none', 'works');
select is((select m.number from kentongan.messages s join kentongan.members m on m.id = s.member_id where s.id = village.heard()), 27, 'an officer''s own number in front says who asks');
select is(village.says(1, 'BUKA', pg_temp.member(23, '{"speaker": 2}')), 'which_member', 'never one of another phone');
select is(village.says(2, 'BUKA', pg_temp.member(23, '{"speaker": 3}')), 'which_member', 'nor where one alone has it');
select is(village.says(1, 'SALDO', pg_temp.member(1, '{"speaker": 27}')), 'usage', 'two numbers, where one is meant, are asked about');
select is(village.says(1, 'BLOKIR', pg_temp.member(23, '{"speaker": 27}')), 'usage', 'before anybody is blocked, too');

-- --- help ---------------------------------------------------------------------------------------------------------
select is(array_agg(kentongan.help_topic(t)), array['pin', 'kas', 'tutupbuku', 'gantihp', 'pin', 'bagihasil', 'ulur'], 'help in two words')
  from unnest(array['GANTI PIN', 'KAS TELAT', 'TUTUP BUKU', 'GANTI HP', 'LUPA PIN', 'BAGI HASIL', 'HAPUS PINJAMAN']) t;
select is_empty('select * from api.verify_accounts()', 'balances agree');
select * from finish();
rollback;
