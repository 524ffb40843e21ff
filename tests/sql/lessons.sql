-- Lessons: a series from a file, one each Wednesday afternoon of a group's own clock.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5('pin'), 'hex'), now() from unnest(array[1, 2, 3]) n;
create function pg_temp.at(p_local timestamp, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local at time zone p_zone - now() $$;
-- What the leader's minute sends: the broadcast, to how many; notices of it.
create function pg_temp.minute(p_local timestamp, p_zone text default 'Asia/Jakarta') returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform pg_temp.at(p_local, p_zone);
    perform api.timed_work('{}');
    return (select coalesce(string_agg(t, ', ' order by t), '') from (
        select g.code || ' ' || o.template || coalesce(' ' || (b.params ->> 'n'), '') || ' to ' || count(*) as t
          from kentongan.outbox o join kentongan.groups g on g.id = o.group_id left join kentongan.broadcasts b on b.id = o.broadcast_id
         where o.id > v_before and o.template like 'lesson%' group by g.code, o.template, b.params ->> 'n') x);
end $$;
create function pg_temp.load(p_series text, p_count int) returns int
language sql as $$
    select api.lessons_load('test', p_series, 'Judul ' || p_series,
        (select jsonb_agg(jsonb_build_object('number', n, 'title', 'Judul ' || n, 'text', 'Isi ' || n)) from generate_series(1, p_count) n))
$$;
create function pg_temp.takes(p_args jsonb, p_from int default 1) returns text
language sql as $$
    select village.says(p_from, 'BELAJAR', p_args) || ' ' || village.says(p_from, 'YA', jsonb_build_object('code', village.otp(p_from)))
$$;

-- --- what there is -----------------------------------------------------------------------------
select is(village.says(23, 'BELAJAR'), 'belajar_empty', 'there are no lessons yet');
select is(pg_temp.load('usaha', 3), 3, 'a file is loaded');
select is(pg_temp.load('usaha', 3), 3, 'and once more');
select is((select count(*) || ' ' || (select count(*) from kentongan.lesson_series) from kentongan.lessons), '3 1', 'in place of the old');
select is(pg_temp.load('koperasi', 1), 1, 'another series');
select throws_ok($$ select api.lessons_load('test', 'usaha', 'x', '[{"number": 1, "title": "a", "text": ""}]') $$, '23514', null, 'a lesson without text');
select is((select count(*) from kentongan.lessons), 4::bigint, 'leaves everything as it was');
select is(village.says(23, 'BELAJAR') || ' ' || village.param('belajar_free', 'list') || ' ' || village.param('belajar_free', 'example'),
          'belajar_free koperasi, usaha KOPERASI', 'a member sees what there is');
select is((select string_agg(series || ' ' || lessons || ' ' || groups, ', ') from api.lesson_list()), 'koperasi 1 0, usaha 3 0', 'so does the operator');
select is((select string_agg(number || ' ' || title || ' ' || text, ', ') from api.lesson_show('usaha')), '1 Judul 1 Isi 1, 2 Judul 2 Isi 2, 3 Judul 3 Isi 3', 'and the lessons themselves');
select throws_ok($$ select * from api.lesson_show('emas') $$, 'KT404', null, 'none of that name');

-- --- who decides -----------------------------------------------------------------------------------
select pg_temp.at('2027-03-01 10:00');
select is(village.says(23, 'BELAJAR', '{"series": "usaha"}'), 'not_officer', 'a member decides nothing');
select is(village.says(1, 'BELAJAR', '{"series": "emas"}') || ' ' || village.param('belajar_unknown', 'heard'), 'belajar_unknown emas', 'a series that there isn''t');
select is(village.says(1, 'BELAJAR', '{"action": "stop"}'), 'belajar_none', 'nothing to stop');
select is(pg_temp.takes('{"series": "USAHA"}'), 'belajar belajar_done', 'the treasurer wants it, by code');
select is((select string_agg(x, ', ' order by x) from regexp_split_to_table(village.answers(), ', ') x),
          '01 reply belajar_done, 02 notice belajar_done, 03 notice belajar_done, 04 notice belajar_done', 'every officer and supervisor hears it');
select is((select lesson_series from kentongan.groups where code = 'MELATI'), 'usaha', 'the group takes it');
select is((select changed -> 'lesson_series' ->> 1 || ' ' || (request_id is not null) from kentongan.group_versions where group_id = village.group_id() order by version desc limit 1), 'usaha true', 'as a version of its rules');
select is(village.says(2, 'BELAJAR', '{"series": "usaha"}'), 'belajar_same', 'once');
select is(village.says(23, 'BELAJAR') || ' ' || village.param('belajar', 'n') || '/' || village.param('belajar', 'of'), 'belajar 1/3', 'what comes next');
update kentongan.groups set duties = '{"call": ["ketua"]}';
select is(village.says(1, 'BELAJAR', '{"action": "stop"}'), 'not_your_duty', 'where only the chair calls');
update kentongan.groups set duties = '{}';

-- --- Wednesdays ------------------------------------------------------------------------------------
select is(pg_temp.minute('2027-03-02 16:00'), '', 'Tuesday');
select is(pg_temp.minute('2027-03-03 15:59:59'), '', 'Wednesday, before four');
select is(village.says(24, 'STOP'), 'stop', 'one wants none');
select is(pg_temp.minute('2027-03-03 16:00'), 'MELATI lesson 1 to 6', 'at four: each phone once, who wants none not');
select is((select params ->> 'title' || ' ' || (params ->> 'text') || ' ' || (params ->> 'of') || ' ' || kind || ' ' || actor from kentongan.broadcasts), 'Judul 1 Isi 1 3 lesson service', 'the first');
select is(pg_temp.minute('2027-03-03 16:01') || pg_temp.minute('2027-03-03 19:29') || pg_temp.minute('2027-03-04 16:00'), '', 'one a week');
select is(pg_temp.minute('2027-03-10 19:30'), '', 'a leader who comes back at half past seven is too late');
select is(pg_temp.minute('2027-03-11 16:00'), '', 'also the day after');
update kentongan.groups set quiet_from = '17:00', quiet_until = '18:00';
select is(pg_temp.minute('2027-03-17 17:30'), '', 'not in the group''s quiet hours');
select is(pg_temp.minute('2027-03-17 18:00'), 'MELATI lesson 2 to 6', 'after them');
select is(pg_temp.takes('{"action": "stop"}', 2), 'belajar belajar_done', 'the chair ends it');
select is(pg_temp.minute('2027-03-24 16:00'), '', 'nothing comes');
select is(pg_temp.takes('{"series": "usaha"}', 2), 'belajar belajar_done', 'it goes on');
select is(pg_temp.minute('2027-03-24 16:05'), 'MELATI lesson_last 3 to 6', 'where it was, to the end');
select is((select lesson_series from kentongan.groups where code = 'MELATI'), null, 'then the group takes none');
select is((select actor from kentongan.group_versions where group_id = village.group_id() order by version desc limit 1), 'service', 'by the service''s hand');
select is(pg_temp.minute('2027-03-31 16:00'), '', 'the week after: nothing');
select is(pg_temp.takes('{"series": "usaha"}'), 'belajar belajar_done', 'who wants it again');
select is(pg_temp.minute('2027-04-07 16:00'), 'MELATI lesson 1 to 6', 'has it from the beginning');

-- --- other zones; a series that shrinks --------------------------------------------------------------
select api.group_add('test', 'TIMUR', 'UP2K TIMUR', '{"timezone": "Asia/Jayapura"}');
select api.import_members('test', 'TIMUR', '[{"line": 1, "number": 1, "name": "Yosina", "msisdn": "+6281200000071", "role": "ketua"}]', false);
select is(village.says(71, 'BELAJAR', '{"series": "koperasi"}') || ' ' || village.says(71, 'YA', jsonb_build_object('code', village.otp(71))), 'belajar belajar_done', 'a group in the east');
select is(pg_temp.minute('2027-04-14 13:59'), '', 'a minute to four in Jayapura');
select is(pg_temp.minute('2027-04-14 14:00'), 'TIMUR lesson_last 1 to 1', 'four in Jayapura, two in Jakarta');
select is(pg_temp.minute('2027-04-14 16:00'), 'MELATI lesson 2 to 6', 'four in Jakarta');
select is(pg_temp.load('usaha', 2), 2, 'the file is loaded again with fewer lessons');
select is(pg_temp.minute('2027-04-21 16:00'), 'MELATI lesson_over to 3', 'there is no third: the officers hear that it is over');
select is((select lesson_series from kentongan.groups where code = 'MELATI'), null, 'and it is');

-- --- a file that is loaded between question and answer ----------------------------------------------------
select is(village.says(1, 'BELAJAR', '{"series": "koperasi"}'), 'belajar', 'asked');
delete from kentongan.lessons where series = 'koperasi';
delete from kentongan.lesson_series where series = 'koperasi';
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))), 'belajar_unknown', 'it has gone meanwhile');
select is((select lesson_series from kentongan.groups where code = 'MELATI'), null, 'so the group takes none');

select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
