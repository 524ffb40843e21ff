-- The group's rules, what it is and who leads it: changed by two officers, every version kept.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2, 3, 23]) n;
create function pg_temp.code(p_from int, p_command text default 'KODE') returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => decode(md5(p_from::text), 'hex')) $$;
create function pg_temp.set(p_from int, p_setting text, p_text text) returns text
language sql volatile as $$ select village.says(p_from, 'ATUR', jsonb_build_object('setting', p_setting, 'text', p_text)) $$;
create function pg_temp.melati() returns kentongan.groups language sql volatile as $$ select * from kentongan.groups where id = village.group_id() $$;

-- --- figures as people write them -------------------------------------------------------------------
select is(kentongan.read_amount(t), a, format('%L is %s', t, coalesce(a::text, 'asked back')))
  from (values ('25rb', 25000::bigint), ('25 ribu', 25000), ('25.000', 25000), ('25,000', 25000), ('Rp25.000,-', 25000), ('25000', 25000), ('1,5jt', 1500000),
               ('12.5rb', 12500), ('1.250.000', 1250000), ('0', 0), ('500', 500), ('50', null), ('1.500rb', null), ('-50rb', null), ('50.00', null),
               ('lima puluh', null), ('5O.000', null), ('025rb', 25000), ('', null), ('25rb saja', null)) v(t, a);
select is(kentongan.read_setting(s, t)::text, j, format('%s %L', s, t))
  from (values ('jasa', '1,5', '{"loan_permille": 15}'), ('jasa', '1.5%', '{"loan_permille": 15}'), ('jasa', '2 persen', '{"loan_permille": 20}'),
               ('jasa', '15', null), ('jasa', '1,55', null), ('jasa', '0', '{"loan_permille": 0}'), ('tenor', '12 bulan', '{"loan_longest": 12}'),
               ('tenor', '0', null), ('tenor', '121', null), ('jam', '48 jam', '{"pending_hours": 48}'), ('wajib', '0', '{"wajib_amount": null}'),
               ('batas', '0', null), ('denda', '0', '{"fine_amount": 0}'), ('pin_lihat', 'Ya', '{"look_pin": true}'), ('pin_lihat', 'mungkin', null)) v(s, t, j);

-- --- ATUR ------------------------------------------------------------------------------------------------
select is(village.says(23, 'ATUR') || ' ' || village.answers(), 'atur 23 reply atur', 'a member may see the rules');
select is(village.param('atur', 'jasa_is') || ' ' || village.param('atur', 'batas_is') || ' ' || village.param('atur', 'wajib_is'), '1,5% 1.000.000 -', 'as people write them');
select is(pg_temp.set(23, 'wajib', '25rb'), 'not_officer', 'but not change them');
select is(pg_temp.set(4, 'wajib', '25rb'), 'not_officer', 'nor may a supervisor');
select is(pg_temp.set(1, 'wajib', '25'), 'atur_unclear', 'what isn''t plain is asked back');
select is(pg_temp.set(1, 'besar', '100') || pg_temp.set(1, 'kecil', '90jt'), 'atur_unclearatur_unclear', 'and what makes no sense');
select is(pg_temp.set(1, 'jasa', '1,5'), 'atur_same', 'what is so already');
select is(pg_temp.set(1, 'wajib', '25rb') || ' ' || village.answers(), 'atur_asked 01 reply setting_confirm', 'the treasurer asks');
select is(village.param('setting_confirm', 'old') || ' ' || village.param('setting_confirm', 'new'), '- 25.000', 'old and new are shown');
select is(pg_temp.code(1) || ' ' || village.answers(), 'request_waits 02 notice setting_officer, 01 reply request_waits', 'a second officer is asked');
select is(village.param('setting_officer', 'old') || ' ' || village.param('setting_officer', 'new'), '- 25.000', 'with old and new');
select is((pg_temp.melati()).wajib_amount, null, 'nothing has changed');
select is(pg_temp.code(2, 'SAH') || ' ' || village.answers(), 'setting_done 02 reply setting_done, 01 notice setting_done, 03 notice setting_done, 04 notice setting_done', 'then all officers hear of it');
select is((pg_temp.melati()).wajib_amount, 25000::bigint, 'and it is so');
select is((select row(changed, request, actor)::text from api.group_versions('melati') order by version desc limit 1),
          row('{"wajib_amount": [null, 25000]}'::jsonb, (village.request()).code, village.phone(2))::text, 'a version names what, by which request, by whom');
select is(pg_temp.set(1, 'kecil', '40jt') || pg_temp.code(1), 'atur_askedrequest_waits', 'a rule that made sense when it was asked for');
select api.group_set('test', 'MELATI', '{"largest_amount": 30000000}');
select is(pg_temp.code(2, 'SAH') || ' ' || village.answers(), 'setting_unfit 02 reply setting_unfit, 01 notice setting_unfit', 'and no more');
select is((village.request()).status, 'rejected', 'is rejected');

-- --- what the group keeps, who does what ------------------------------------------------------------------
select is(kentongan.read_setting(s, t)::text, j, format('%s %L', s, t))
  from (values ('produk', 'wajib dan sukarela', '{"products": ["wajib", "sukarela"]}'), ('produk', 'semua', '{"products": ["pokok", "wajib", "sukarela", "arisan"]}'),
               ('produk', 'emas', '{"products": null}'), ('tugas_pinjam', 'Ketua, sekretaris', '{"duties": {"lend": ["ketua", "sekretaris"]}}'),
               ('tugas_pinjam', 'semua', '{"duties": {"lend": []}}'), ('tugas_pinjam', 'pengawas', '{"duties": {"lend": null}}'), ('emas', 'ya', null)) v(s, t, j);
select is(pg_temp.set(1, 'produk', 'wajib') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'two officers say what the group keeps');
select is(village.says(24, 'SETOR', '{"amount": 50000}') || ' ' || village.answers(), 'product_none 24 reply product_none', 'what it doesn''t keep isn''t taken');
select is(village.param('product_none', 'products'), 'wajib', 'the answer says what is');
select is(village.says(24, 'SETOR', '{"amount": 50000, "product": "wajib"}'), 'setor', 'what it keeps is');
select is(village.says(1, 'CATAT', '{"member": 24, "entry": "arisan", "amount": 50000}'), 'product_none', 'the same at a meeting');
select is(pg_temp.set(1, 'produk', 'emas'), 'atur_unclear', 'nobody keeps gold');
select is(pg_temp.set(1, 'produk', 'semua') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'everything again');
select is(pg_temp.set(1, 'tugas_terima', 'ketua') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'the chair receives money');
select is((pg_temp.melati()).duties::text, '{"receive": ["ketua"]}', 'as the group decided');
select is(village.says(24, 'SETOR', '{"amount": 70000}') || ' ' || village.answers(), 'setor 24 reply setor, 02 notice setor_officer', 'so the chair is asked, not the treasurer');
select is(village.says(2, 'SETOR', '{"amount": 70000}') || ' ' || village.answers(), 'setor 02 reply setor, 01 notice setor_officer', 'but nobody confirms their own');
select is(pg_temp.set(1, 'tugas_catat', 'sekretaris') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'the secretary keeps the list');
select is((pg_temp.melati()).duties::text, '{"record": ["sekretaris"], "receive": ["ketua"]}', 'the other duty stays');
select is(village.says(1, 'CATAT', '{"member": 24, "entry": "wajib", "amount": 50000}'), 'not_your_duty', 'the treasurer doesn''t');
select is(village.says(3, 'CATAT', '{"member": 24, "entry": "wajib", "amount": 50000}'), 'catat', 'the secretary does');
select is(pg_temp.set(1, 'tugas_catat', 'semua') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'everybody again');
select is((pg_temp.melati()).duties::text, '{"receive": ["ketua"]}', 'is a duty less');
select is((select array_agg(changed::text) from (select changed from api.group_versions('melati') order by version desc limit 1) v),
          array['{"duties": [{"record": ["sekretaris"], "receive": ["ketua"]}, {"receive": ["ketua"]}]}'], 'in versions');
select is(pg_temp.set(1, 'tugas_terima', 'semua') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'who receives, too');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"duties": {"lend": ["dukun"]}}') $$, 'KT400', null, 'offices are offices');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"products": []}') $$, 'KT400', null, 'a group keeps something');

-- --- looking with a PIN ----------------------------------------------------------------------------------
select is(village.says(23, 'SALDO'), 'saldo', 'looking is free');
select is(pg_temp.set(1, 'pin_lihat', 'ya') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'atur_askedrequest_waitssetting_done', 'until the group wants the PIN');
select is(array[village.says(23, 'SALDO'), village.says(23, 'MUTASI'), village.says(23, 'PINJAMAN'), village.says(23, 'ULANG')], array['pin_wanted', 'pin_wanted', 'pin_wanted', 'pin_wanted'], 'then it is asked for');
select is(village.says(23, 'SALDO', pin => decode(md5('23'), 'hex')), 'saldo', 'the right one shows');
select is(array(select village.says(23, 'SALDO', pin => decode(md5('0'), 'hex')) || ' ' || village.answers() from generate_series(1, 3)),
          array['look_wrong 23 reply look_wrong', 'look_wrong 23 reply look_wrong', 'look_wrong 23 reply look_closed'], 'the wrong one doesn''t, three times a day');
select is(village.says(23, 'SALDO', pin => decode(md5('23'), 'hex')), 'look_closed', 'then not even the right one, nobody finds out by trying');
select is((select row(wrong, locked_until)::text from kentongan.pins where member_id = village.member(23)), '(0,)',
          'who feigns a number doesn''t lock the PIN for money');
select village.later('1 day');
select is(village.says(23, 'SALDO', pin => decode(md5('23'), 'hex')), 'saldo', 'tomorrow it shows again');
update kentongan.pins set locked_until = kentongan.now() + interval '1 hour' where member_id = village.member(23);
select is(village.says(23, 'SALDO', pin => decode(md5('23'), 'hex')), 'pin_locked', 'a PIN locked for money doesn''t show either: no way round the tries');
update kentongan.pins set locked_until = null where member_id = village.member(23);
select is(village.says(24, 'SALDO'), 'pin_none', 'who has none makes one');
select api.group_set('test', 'MELATI', '{"look_pin": false}');

-- --- NAIK -------------------------------------------------------------------------------------------------
select is(village.says(2, 'NAIK', '{"grade": "koperasi", "text": "AHU-1"}'), 'naik_step', 'no step is left out');
select is(village.says(23, 'NAIK', '{"grade": "pra-koperasi"}'), 'not_officer', 'officers only');
select is(village.says(2, 'NAIK', '{"grade": "pra-koperasi"}') || pg_temp.code(2) || pg_temp.code(3, 'SAH'), 'naikrequest_waitsgrade_done', 'the next step, by two');
select is(village.answers(), '03 reply grade_done, 01 notice grade_done, 02 notice grade_done, 04 notice grade_done', 'officers and supervisor hear of it');
select is((pg_temp.melati()).kind, 'pra-koperasi', 'it has grown');
select is(village.says(2, 'NAIK', '{"grade": "kelompok"}'), 'naik_step', 'it doesn''t shrink');
select is(village.says(2, 'NAIK', '{"grade": "koperasi"}'), 'naik_legal', 'a koperasi is registered');
select is(village.says(2, 'NAIK', '{"grade": "koperasi", "text": "AHU-123.2026"}') || pg_temp.code(2) || pg_temp.code(3, 'SAH'), 'naikrequest_waitsgrade_done', 'under its number');
select is((pg_temp.melati()).kind || (pg_temp.melati()).legal_number, 'koperasiAHU-123.2026', 'which is kept');
select throws_ok($$ select api.group_grade('test', 'MELATI', 'kelompok', null) $$, 'KT409', null, 'not even the operator turns it back');
select is((select array_agg(kind) from api.group_show('melati')), array['koperasi'], 'as the operator sees');

-- --- PENGURUS ---------------------------------------------------------------------------------------------
create function pg_temp.office(p_from int, p_number int, p_role text, p_ends boolean default false) returns text
language sql volatile as $$ select village.says(p_from, 'PENGURUS', jsonb_build_object('member', p_number, 'role', p_role) || case when p_ends then '{"ends": "berhenti"}'::jsonb else '{}' end) $$;
select is(village.says(23, 'PENGURUS'), 'pengurus', 'who holds which office');
select is((select string_agg(l ->> 'role' || ' ' || (l ->> 'number'), ', ') from kentongan.outbox, jsonb_array_elements(params -> 'lines') l where message_id = village.heard()),
          'ketua 2, sekretaris 3, bendahara 1, pengawas 4', 'the chair first');
select is(pg_temp.office(23, 24, 'bendahara'), 'not_officer', 'a member names nobody');
select is(array[pg_temp.office(1, 99, 'bendahara'), pg_temp.office(1, 27, 'bendahara'), pg_temp.office(1, 1, 'ketua'), pg_temp.office(1, 2, 'ketua'),
                pg_temp.office(1, 4, 'ketua'), pg_temp.office(1, 2, 'pengawas'), pg_temp.office(1, 3, 'ketua', true)],
          array['office_who', 'office_phone', 'office_own', 'office_has', 'office_both', 'office_both', 'office_none'], 'what can''t be');
select is(pg_temp.office(2, 23, 'bendahara') || ' ' || village.answers(), 'pengurus_asked 02 reply office_confirm', 'a new treasurer');
select is(pg_temp.code(2) || pg_temp.code(3, 'SAH'), 'request_waitsoffice_given', 'two officers agree');
select is(village.answers(), '03 reply office_done, 01 notice office_done, 02 notice office_done, 04 notice office_done, 23 notice office_new', 'everybody hears of it, the new one what to do');
select is(kentongan.role_of(village.member(23)), 'bendahara', 'who now is');
select is(village.says(24, 'SETOR', '{"amount": 20000}') || village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))), 'setorterima', 'the old one still holds cash');
select is(pg_temp.office(2, 1, 'bendahara', true), 'office_cash', 'so can''t leave');
select kentongan.post(village.group_id(), 'handover', array[kentongan.account(village.group_id(), 'cash', village.member(23)),
    kentongan.account(village.group_id(), 'cash', village.member(1))], array[20000, -20000], village.member(1));
select is(village.says(24, 'SETOR', '{"amount": 25000}'), 'setor', 'a notice waits for her');
select is(pg_temp.office(2, 1, 'bendahara', true) || pg_temp.code(2) || pg_temp.code(3, 'SAH'), 'pengurus_askedrequest_waitsoffice_ended', 'without cash she can');
select is(kentongan.role_of(village.member(1)), null, 'and has');
select isnt_empty($$ select from kentongan.one_time_codes oc join kentongan.requests r on r.id = oc.request_id
                      where r.amount = 25000 and oc.person_id = village.member(23) and oc.closed_at is null $$, 'the notice is put to the new one');
select is(pg_temp.office(2, 3, 'sekretaris', true) || pg_temp.code(2) || pg_temp.code(23, 'SAH'), 'pengurus_askedrequest_waitsoffice_ended', 'the secretary leaves, too');
select is(pg_temp.office(23, 2, 'ketua', true), 'office_last', 'two always remain');
select is(pg_temp.office(2, 24, 'pengawas') || pg_temp.code(2) || pg_temp.code(23, 'SAH'), 'pengurus_askedrequest_waitsoffice_given', 'a supervisor');
select is(right(village.answers(), 27), '24 notice office_supervisor', 'reads what a supervisor gets');

-- --- the operator ---------------------------------------------------------------------------------------
select api.group_add('test', 'MAWAR', 'UP2K MAWAR', '{"pokok_amount": 100000, "loan_permille": 20, "case_days": 5, "look_pin": true, "repayment_order": ["interest", "principal", "fine"]}');
select is((select row(pokok_amount, loan_permille, case_days, look_pin, repayment_order)::text from api.group_show('mawar')),
          row(100000::bigint, 20, 5, true, '{interest,principal,fine}'::text[])::text, 'a new group with rules of its own');
select throws_ok($$ select api.group_set('test', 'MAWAR', '{"shu_percent": {"reserve": 99, "savings": 0, "business": 0, "officers": 0, "education": 0, "social": 0}}') $$, 'KT400', null, 'percentages sum to 100');
select api.group_set('test', 'MAWAR', '{"shu_percent": {"reserve": 50, "savings": 20, "business": 20, "officers": 5, "education": 5, "social": 0}}');
select is((select (shu_percent ->> 'reserve')::int from api.group_show('mawar')), 50, 'and may be set');
select is((select changed from api.group_versions('mawar') order by version desc limit 1) ->> 'case_days', null, 'a version holds what changed only');
select * from finish();
rollback;
