-- The leader's minute where one group's rows can't be written: each part of it goes on for the others.
begin;
select * from no_plan();
select village.build();
select village.build_other();
insert into kentongan.pins (member_id, hash, set_at) select id, decode(md5('pin'), 'hex'), now() from kentongan.members where number < 4;
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);

create function pg_temp.at(p_local timestamp, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local at time zone p_zone - now() $$;
-- A table's rows of ANGGREK can't be written any more, until mend().
create function pg_temp.break(p_table text default 'outbox', p_event text default 'insert') returns void
language plpgsql as $$
begin
    execute format('create trigger broken before %s on kentongan.%I for each row execute function village.refuse()', p_event, p_table);
end $$;
create function pg_temp.mend(p_table text default 'outbox') returns void
language plpgsql as $$ begin execute format('drop trigger broken on kentongan.%I', p_table); end $$;
create function pg_temp.failures() returns text
language sql as $$ select coalesce(string_agg(distinct part, ', ' order by part), '') from kentongan.timed_failures $$;
create function pg_temp.both(p_command text, p_args jsonb default '{}', p_officer boolean default true) returns text
language sql as $$
    select village.says(case when p_officer then 2 else 23 end, p_command, p_args) || ' '
        || village.says(case when p_officer then 52 else 57 end, p_command, p_args)
$$;
create function pg_temp.both_yes() returns text
language sql as $$
    select village.says(2, 'YA', jsonb_build_object('code', village.otp(2))) || ' '
        || village.says(52, 'YA', jsonb_build_object('code', village.otp(52)))
$$;
-- The code and the state of a group's last broadcast.
create function pg_temp.code(p_group text) returns text
language sql as $$ select kentongan.broadcast_code(b) from kentongan.broadcasts b where group_id = village.group_of(p_group) order by id desc limit 1 $$;
create function pg_temp.states() returns text
language sql as $$
    select string_agg(code || ' ' || status, ', ' order by code)
      from (select distinct on (g.code) g.code, b.status from kentongan.broadcasts b join kentongan.groups g on g.id = b.group_id order by g.code, b.id desc) x
$$;
-- Those of one group, then of the other.
create function pg_temp.steer(p_command text) returns text
language sql as $$
    select village.says(2, p_command, jsonb_build_object('code', pg_temp.code('MELATI'))) || ' '
        || village.says(52, p_command, jsonb_build_object('code', pg_temp.code('ANGGREK')))
$$;

-- --- complaints, lists, meetings, lessons, figures, fines -------------------------------------
select pg_temp.at('2027-02-24 08:00');
select is(pg_temp.both('ADUAN', '{"text": "uang saya kurang"}', false), 'aduan aduan', 'complaints in both groups');
select pg_temp.at('2027-03-04 09:00');
update kentongan.outbox set status = 'sent' where status = 'queued';
update kentongan.cases set due_at = 'infinity';
select api.timed_work('{}') as figures \gset
update kentongan.cases set due_at = kentongan.now();
select pg_temp.break();
select is(village.minute(), 'MELATI kasus_late', 'the whole group''s officers hear that one is late');
select is(pg_temp.failures(), 'remind_cases', 'the other''s is a failure');
select is(village.minute() || pg_temp.failures(), 'remind_cases', 'and tried again');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK kasus_late', 'until it is mended');
update kentongan.cases set status = 'closed';

select is(village.says(1, 'CATAT', '{"member": 24, "entry": "wajib", "amount": 25000}') || village.says(51, 'CATAT', '{"member": 7, "entry": "wajib", "amount": 25000}'),
          'catatcatat', 'lists that nobody ends');
select pg_temp.at('2027-03-05 09:30');
select pg_temp.break();
select is(village.minute(), 'MELATI batch_dropped, MELATI batch_dropped_chair', 'a list is dropped');
select is(pg_temp.failures(), 'expire_batches', 'the broken one isn''t');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK batch_dropped, ANGGREK batch_dropped_chair', 'later it is');

update kentongan.groups set meeting_weekday = 2, meeting_time = '14:00', meeting_place = 'balai';
select pg_temp.break();
select is(village.minute(), 'MELATI meeting_invite', 'a regular meeting is called');
select is(pg_temp.failures(), 'regular_meetings_due', 'the broken group''s isn''t');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK meeting_invite', 'later it is');
update kentongan.outbox set status = 'sent' where status = 'queued';
select pg_temp.at('2027-03-08 16:00');
select pg_temp.break();
select is(village.minute(), 'MELATI meeting_remind, MELATI weekly', 'reminded of, and the week''s figures');
select is(pg_temp.failures(), 'meetings_due, weekly_reports_due', 'the broken group fails at both');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK meeting_remind, ANGGREK weekly', 'later it has both');
update kentongan.groups set meeting_weekday = null, meeting_time = null, meeting_place = null;
update kentongan.meetings set status = 'cancelled';

select api.lessons_load('test', 'usaha', 'Usaha', '[{"number": 1, "title": "a", "text": "b"}, {"number": 2, "title": "c", "text": "d"}]') as loaded \gset
update kentongan.groups set lesson_series = 'usaha';
select pg_temp.at('2027-03-10 16:00');
select pg_temp.break();
select is(village.minute(), 'MELATI lesson', 'a lesson');
select is(pg_temp.failures(), 'lessons_due', 'the broken group has none');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK lesson', 'later it has the same');
update kentongan.groups set lesson_series = null;

-- --- messages that are too old ---------------------------------------------------------------
update kentongan.outbox set status = 'sent' where status = 'queued';
insert into kentongan.outbox (peer, template, lang, class, priority, expires_at, group_id)
select village.phone(23), 'saldo', 'id', 'reply', 0, kentongan.now() - interval '1 minute', id from kentongan.groups order by code;
select pg_temp.break('outbox', 'update');
select is((select expired_messages from api.timed_work('{}')), 1, 'one can''t be ended, the other is');
select is(pg_temp.failures(), 'expire_outbox', 'that is a failure');
select pg_temp.mend();
select is((select expired_messages from api.timed_work('{}')) || pg_temp.failures(), '1', 'later it is, too');

-- --- codes ended by guesses -------------------------------------------------------------------
select pg_temp.at('2027-03-12 09:00');
create function pg_temp.guess_thrice(p_from int) returns text
language sql as $$
    select string_agg(village.says(p_from, 'TERIMA', jsonb_build_object('code', village.wrong_otp(p_from))), ' ') from generate_series(1, 3)
$$;
-- The second time in a day it is asked anew after an hour.
create function pg_temp.guess_away(p_from int) returns text
language sql as $$ select pg_temp.guess_thrice(p_from) || ' ' || pg_temp.guess_thrice(p_from) $$;
select is(pg_temp.both('SETOR', '{"amount": 70000}', false), 'setor setor', 'deposits');
select is(pg_temp.guess_away(1) || ' ' || pg_temp.guess_away(51),
          'code_wrong code_wrong codes_void code_wrong code_wrong codes_void code_wrong code_wrong codes_void code_wrong code_wrong codes_void', 'both codes are guessed at');
select pg_temp.at('2027-03-12 10:00');
select pg_temp.break();
select is(village.minute(), 'MELATI setor_officer', 'an hour later one treasurer is asked anew');
select is(pg_temp.failures(), 'renew_codes', 'the other can''t be');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK setor_officer', 'later she is');

-- Nobody answers at night: the new code comes with the morning, and not what is over by then.
update kentongan.requests set status = 'cancelled' where status = 'pending';
create function pg_temp.guessed_in_the_evening(p_zone text) returns text
language plpgsql as $$
declare
    v text;
begin
    update kentongan.groups set timezone = p_zone;
    perform pg_temp.at(date_trunc('day', kentongan.now() at time zone p_zone) + interval '2 days 19 hours 30 minutes', p_zone);
    perform village.says(23, 'SETOR', '{"amount": 71000}');
    perform pg_temp.guess_away(1);
    v := (select params ->> 'until' from kentongan.outbox where message_id = village.heard() and template = 'codes_void');
    v := right(v, 5);
    perform village.later('1 hour 5 minutes');
    v := v || '|' || village.minute();
    perform village.later('5 hours');
    v := v || '|' || village.minute();
    perform village.later('4 hours 25 minutes');
    v := v || '|' || village.minute();
    update kentongan.requests set status = 'cancelled' where status = 'pending';
    return v || '|' || (select string_agg(distinct o.not_before::text, ' ') from kentongan.outbox o where template = 'setor_officer');
end $$;
select is(pg_temp.guessed_in_the_evening(zone), '06:00|||MELATI setor_officer|-infinity', zone || ': guessed at in the evening, asked anew in the morning, as was said')
  from unnest('{Asia/Jakarta,Asia/Makassar,Asia/Jayapura}'::text[]) zone;
update kentongan.groups set timezone = 'Asia/Jakarta';
select pg_temp.at('2027-04-01 20:30');
select is(village.says(23, 'SETOR', '{"amount": 72000}'), 'setor', 'a deposit late in the evening');
select is(pg_temp.guess_thrice(1), 'code_wrong code_wrong codes_void', 'a treasurer who mistypes');
select is((select count(*)::int from kentongan.outbox where created_at = kentongan.now() and template = 'setor_officer' and not_before = '-infinity'), 2, 'is asked anew at once: she is awake');
update kentongan.requests set expires_at = '2027-04-02 03:00+07' where amount = 72000 and status = 'pending';
select pg_temp.guess_thrice(1);
select pg_temp.at('2027-04-02 06:00');
select unalike(village.minute(), '%setor_officer%', 'what ended in the night is asked of nobody');

-- --- broadcasts --------------------------------------------------------------------------------
select pg_temp.at('2027-04-05 10:00');
select village.minute() as figures \gset
select is(pg_temp.both('SIARAN', '{"text": "Besok kerja bakti", "when": {"in": 1, "hour": 9}}') || ' ' || pg_temp.both_yes(),
          'siaran siaran broadcast_started broadcast_started', 'broadcasts of both for tomorrow');
select pg_temp.at('2027-04-06 09:00');
select pg_temp.break();
select is(village.minute(), 'MELATI siaran', 'one starts');
select is(pg_temp.failures() || ': ' || pg_temp.states(), 'broadcasts_due: ANGGREK waiting, MELATI running', 'the broken one waits');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK siaran', 'and starts later');

-- One that is called off is reported: where that fails, others are still enqueued and reported.
select is(pg_temp.steer('BATAL'), 'siaran_stopped siaran_stopped', 'both are called off');
select is(village.says(2, 'SIARAN', '{"text": "Jemur padi", "when": {"in": 0, "hour": 10}}') || village.says(2, 'YA', jsonb_build_object('code', village.otp(2))), 'siaranbroadcast_started', 'another at ten');
select pg_temp.at('2027-04-06 10:00');
select pg_temp.break();
select is(village.minute(), 'MELATI siaran, MELATI siaran_report', 'the report of one comes, and the next broadcast');
select is(pg_temp.failures(), 'broadcasts_due', 'the other''s report doesn''t');
select pg_temp.mend();
select is(village.minute() || pg_temp.failures(), 'ANGGREK siaran_report', 'later it does');

-- One whose row can't be changed.
select pg_temp.at('2027-04-07 10:00');
select is(pg_temp.both('SIARAN', '{"text": "Ada iuran"}') || ' ' || pg_temp.both_yes(), 'siaran siaran broadcast_started broadcast_started', 'two more');
select is(pg_temp.steer('JEDA'), 'siaran_paused siaran_paused', 'both are paused');
select pg_temp.at('2027-04-08 10:01');
select pg_temp.break('broadcasts', 'update');
select is(village.minute(), 'MELATI siaran_report', 'after a day one is over, and reported');
select is(pg_temp.failures() || ': ' || pg_temp.states(), 'broadcasts_due: ANGGREK paused, MELATI cancelled', 'the other can''t be ended');
select pg_temp.mend('broadcasts');
select is(village.says(52, 'LANJUT', jsonb_build_object('code', pg_temp.code('ANGGREK'))), 'siaran_over', 'it doesn''t go on, though nobody has swept it');
select is((select params ->> 'state' from kentongan.outbox where message_id = village.heard()), 'state_cancelled', 'as it says');
select is(village.minute() || pg_temp.failures(), 'ANGGREK siaran_report', 'and is reported');

-- --- paused before its time ---------------------------------------------------------------------
select pg_temp.at('2027-05-03 10:00');
update kentongan.outbox set status = 'sent' where status = 'queued';
select village.minute() as figures \gset
select is(pg_temp.both('SIARAN', '{"text": "Rapat hari Sabtu", "when": {"in": 4, "hour": 9}}') || ' ' || pg_temp.both_yes(),
          'siaran siaran broadcast_started broadcast_started', 'for Friday');
select is(pg_temp.steer('JEDA'), 'siaran_paused siaran_paused', 'paused on Monday');
select pg_temp.at('2027-05-06 12:00');
select is(village.minute() || ' ' || pg_temp.states(), ' ANGGREK paused, MELATI paused', 'days before its time it isn''t over');
select is(village.says(2, 'LANJUT', jsonb_build_object('code', pg_temp.code('MELATI'))), 'siaran_resumed', 'and can go on');
select pg_temp.at('2027-05-07 09:00');
select is(village.minute() || ' ' || pg_temp.states(), 'MELATI siaran ANGGREK paused, MELATI running', 'at its time');
select pg_temp.at('2027-05-08 08:59');
select is(split_part(pg_temp.states(), ',', 1), 'ANGGREK paused', 'a day after its time');
select pg_temp.at('2027-05-08 09:00');
select is(village.minute() || ' ' || split_part(pg_temp.states(), ',', 1), 'ANGGREK siaran_dropped ANGGREK cancelled', 'one that stands still is over, and who sent it is told that nothing went out');
select is(village.minute(), '', 'once');
select * from finish();
rollback;
