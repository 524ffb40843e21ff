-- The group's rules about broadcasts, trials, and who hears that one stands still.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2, 3]) n;
update kentongan.clock set shift = '2026-12-01 10:00'::timestamp at time zone 'Asia/Jakarta' - now();
create function pg_temp.code(p_from int, p_command text default 'KODE') returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => decode(md5(p_from::text), 'hex')) $$;
create function pg_temp.set(p_from int, p_setting text, p_text text) returns text
language sql volatile as $$ select village.says(p_from, 'ATUR', jsonb_build_object('setting', p_setting, 'text', p_text)) $$;
create function pg_temp.both(p_setting text, p_text text) returns text
language sql volatile as $$ select pg_temp.set(1, p_setting, p_text) || ' ' || pg_temp.code(1) || ' ' || pg_temp.code(2, 'SAH') $$;
create function pg_temp.melati() returns kentongan.groups language sql volatile as $$ select * from kentongan.groups where id = village.group_id() $$;
create function pg_temp.last() returns kentongan.broadcasts
language sql volatile as $$ select * from kentongan.broadcasts order by id desc limit 1 $$;

-- --- as people write them ----------------------------------------------------------------------
select is(kentongan.read_setting(s, t)::text, j, format('%s %L', s, t))
  from (values ('tenang', '20.00-06.00', '{"quiet_from": "20:00", "quiet_until": "06:00"}'), ('tenang', '21-5', '{"quiet_from": "21:00", "quiet_until": "05:00"}'),
               ('tenang', 'jam 20:30 s/d jam 6', '{"quiet_from": "20:30", "quiet_until": "06:00"}'), ('tenang', '20 sampai 24', '{"quiet_from": "20:00", "quiet_until": "00:00"}'),
               ('tenang', '12.00 - 13.00.', '{"quiet_from": "12:00", "quiet_until": "13:00"}'), ('tenang', 'from 21 to 5', '{"quiet_from": "21:00", "quiet_until": "05:00"}'),
               ('tenang', 'Tidak', '{"quiet_from": "00:00", "quiet_until": "00:00"}'), ('tenang', 'none', '{"quiet_from": "00:00", "quiet_until": "00:00"}'),
               ('tenang', '10-06', '{"quiet_from": "10:00", "quiet_until": "06:00"}'), ('tenang', '10.00-06.01', null), ('tenang', '20-20', null), ('tenang', '24.30-5', null),
               ('tenang', '25-5', null), ('tenang', '20', null), ('tenang', 'malam', null), ('tenang', 'ya', null),
               ('siaran_sehari', '4', '{"broadcasts_a_day": 4}'), ('siaran_sehari', '50x', '{"broadcasts_a_day": 50}'), ('siaran_sehari', '0', null), ('siaran_sehari', '51', null),
               ('siaran_dua', '50', '{"broadcast_second_above": 50}'), ('siaran_dua', '1.500 nomor', '{"broadcast_second_above": 1500}'), ('siaran_dua', '0', null),
               ('siaran_dua', '10000', null), ('siaran_dua', 'banyak', null)) v(s, t, j);

-- --- ATUR ------------------------------------------------------------------------------------------
select is(village.says(23, 'ATUR'), 'atur', 'a member may see the rules');
select is(array[village.param('atur', 'tenang_is'), village.param('atur', 'siaran_sehari_is'), village.param('atur', 'siaran_dua_is'), village.param('atur', 'ingat_wajib_is')],
          '{20.00-06.00,4,200,ya}', 'those of broadcasts among them');
select is(array[pg_temp.set(23, 'tenang', '21-5'), pg_temp.set(4, 'siaran_dua', '50')], '{not_officer,not_officer}', 'but not change them, nor may a supervisor');
select is(array[pg_temp.set(1, 'tenang', '22-20'), pg_temp.set(1, 'tenang', 'malam'), pg_temp.set(1, 'siaran_sehari', '51'), pg_temp.set(1, 'siaran_dua', '0')],
          '{atur_quiet,atur_quiet,atur_number,atur_number}', 'what can''t be is refused, saying what can');
select is(village.param('atur_number', 'most'), '9.999', 'as a figure');
select is(pg_temp.set(1, 'tenang', '20.00 - 06.00'), 'atur_same', 'what is so already');
select is(pg_temp.both('tenang', '21-5'), 'atur_asked request_waits setting_done', 'two officers change the quiet hours');
select is(array[village.param('setting_done', 'old'), village.param('setting_done', 'new')], '{20.00-06.00,21.00-05.00}', 'from and to');
select is(kentongan.quiet_of(array[village.group_id()])::text, '[{"from": "21:00:00", "zone": "Asia/Jakarta", "until": "05:00:00"}]', 'which hold at once');
select is((select changed from api.group_versions('melati') order by version desc limit 1)::text,
          '{"quiet_from": ["20:00:00", "21:00:00"], "quiet_until": ["06:00:00", "05:00:00"]}', 'and are a version');
select is(pg_temp.both('tenang', 'tidak'), 'atur_asked request_waits setting_done', 'or want none');
select is(kentongan.quiet_of(array[village.group_id()])::text, '[]', 'then there are none');
select is(village.param('setting_done', 'new') || ' ' || pg_temp.set(1, 'tenang', 'tidak'), 'tidak atur_same', 'as it reads');
select is(pg_temp.both('siaran_sehari', '6') || (pg_temp.melati()).broadcasts_a_day, 'atur_asked request_waits setting_done6', 'how many a day');
select is(village.says(1, 'SIARAN', '{"text": "halo"}') || (village.request()).kind, 'siaranbroadcast', 'a small group''s broadcast is for one officer');
select is(pg_temp.both('siaran_dua', '3') || (pg_temp.melati()).broadcast_second_above, 'atur_asked request_waits setting_done3', 'from how many on two officers');
select is(village.says(1, 'SIARAN', '{"text": "halo semua"}') || (village.request()).kind, 'siaranbroadcast_large', 'then it is for two');
select is(pg_temp.both('ingat_angsuran', 'tidak') || village.says(23, 'ATUR') || village.param('atur', 'ingat_angsuran_is'),
          'atur_asked request_waits setting_doneaturtidak', 'reminders that are off are seen');

-- --- the operator ----------------------------------------------------------------------------------
select api.group_set('test', 'MELATI', '{"quiet_from": "19:30", "quiet_until": "06:30", "broadcasts_a_day": 5, "broadcast_second_above": 100}');
select is((select row(quiet, broadcasts_a_day, broadcast_second_above)::text from api.group_show('melati')), '(19:30-06:30,5,100)', 'sets and sees them, too');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"quiet_from": "06:00", "quiet_until": "05:00"}') $$, 'KT400',
                 'quiet hours from 06:00 until 05:00 leave less than four hours to send in', 'but none that leave no time');
select api.group_set('test', 'MELATI', '{"quiet_from": "00:00", "quiet_until": "00:00"}');
select is((select quiet from api.group_show('melati')), 'none', 'or none');

-- --- trials ----------------------------------------------------------------------------------------
create function pg_temp.try(p_from int) returns text
language sql volatile as $$ select village.says(p_from, 'SIARAN', '{"text": "halo", "action": "test"}', limits => '{"sender": 1000}') $$;
select is((select string_agg(pg_temp.try(1), ' ') from generate_series(1, 10)), rtrim(repeat('siaran_try ', 10)), 'ten trials a day');
select is(pg_temp.try(1) || ' ' || village.answers(), 'siaran_tries 01 reply siaran_tries', 'the eleventh waits for tomorrow');
select is(pg_temp.try(2), 'siaran_try', 'another officer has ten of her own');
select village.later('1 day');
select is(pg_temp.try(1), 'siaran_try', 'tomorrow it goes again');

-- --- the sender is blocked -------------------------------------------------------------------------
create function pg_temp.send(p_from int) returns text
language sql volatile as $$ select village.says(p_from, 'SIARAN', jsonb_build_object('text', 'Halo dari ' || p_from || clock_timestamp()))
    || ' ' || village.says(p_from, 'YA', jsonb_build_object('code', village.otp(p_from))) $$;
create function pg_temp.held() returns text
language sql volatile as $$ select string_agg(right(peer, 2) || ' ' || (params ->> 'code' = kentongan.broadcast_code(pg_temp.last())), ', ' order by peer)
                              from kentongan.outbox where message_id = village.heard() and template = 'siaran_held' $$;
select is(pg_temp.send(2), 'siaran broadcast_started', 'the chair sends');
savepoint sent;
select is(village.says(23, 'BLOKIR', '{"member": 2}') || (pg_temp.last()).status, 'blokirpaused', 'and is blocked');
select is(pg_temp.held(), '01 true, 03 true', 'the other officers hear the code, not she, no supervisor');
select is(village.param('siaran_held', 'asker'), 'KARTINI', 'and whose it is');
select is(village.says(3, 'LANJUT', jsonb_build_object('code', kentongan.broadcast_code(pg_temp.last()))), 'siaran_resumed', 'by which it goes on');
rollback to sent;
select api.group_set('test', 'MELATI', '{"duties": {"call": ["ketua", "sekretaris"]}}');
select is(village.says(23, 'BLOKIR', '{"member": 2}') || ' ' || pg_temp.held(), 'blokir 03 true', 'where it is some''s duty, those');
rollback to sent;
select api.group_set('test', 'MELATI', '{"duties": {"call": ["ketua"]}}');
select is(village.says(23, 'BLOKIR', '{"member": 2}') || ' ' || pg_temp.held(), 'blokir 01 true, 03 true', 'where none of those is left, every officer');
rollback to sent;
select is(village.says(23, 'BLOKIR', '{"member": 1}') || coalesce(pg_temp.held(), '-') || (pg_temp.last()).status, 'blokir-running', 'another''s block stops nothing');
select * from finish();
rollback;
