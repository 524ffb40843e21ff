-- Meetings: what a written time means, UNDANG and its answers, who is told when,
-- by each group's own clock, and nothing twice.
begin;
select * from no_plan();
select village.build();

create function pg_temp.at(p_local text, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local::timestamp at time zone p_zone - now() $$;
create function pg_temp.sees(p_when jsonb, p_at text, p_zone text default 'Asia/Jakarta') returns text
language sql as $$
    select to_char(kentongan.resolve_when(p_when, p_zone, p_at::timestamp at time zone p_zone) at time zone p_zone, 'YYYY-MM-DD HH24:MI')
$$;
create function pg_temp.yes(p_number int) returns text
language sql as $$ select village.says(p_number, 'YA', jsonb_build_object('code', village.otp(p_number))) $$;
create function pg_temp.call(p_number int, p_args jsonb) returns text
language plpgsql as $$
declare
    v_said text := village.says(p_number, 'UNDANG', p_args);
begin
    return v_said || ' ' || pg_temp.yes(p_number);
end $$;
-- What a sweep sends about meetings: template and to whom.
create function pg_temp.sweep() returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform api.timed_work('{}');
    return (select coalesce(string_agg(template || ' ' || who, ', ' order by template), '') from (
        select template, string_agg(right(peer, 2), ' ' order by peer) as who from kentongan.outbox
         where id > v_before and template like 'meeting%' group by template) x);
end $$;
create function pg_temp.meetings() returns text
language sql as $$
    select string_agg(to_char(at at time zone g.timezone, 'DD/MM HH24:MI ') || place || ' ' || status, ', ' order by m.id)
      from kentongan.meetings m join kentongan.groups g on g.id = m.group_id
$$;

-- --- what was written ------------------------------------------------------------------
-- 2027-05-11 is a Tuesday.
select is(pg_temp.sees('{"weekday": 6, "hour": 14}', '2027-05-11 10:00'), '2027-05-15 14:00', 'the next Saturday');
select is(pg_temp.sees('{"weekday": 2, "hour": 14}', '2027-05-11 10:00'), '2027-05-11 14:00', 'today, while it is ahead');
select is(pg_temp.sees('{"weekday": 2, "hour": 10, "minute": 0}', '2027-05-11 10:00'), '2027-05-18 10:00', 'now is not ahead');
select is(pg_temp.sees('{"weekday": 2, "hour": 10, "minute": 1}', '2027-05-11 10:00'), '2027-05-11 10:01', 'a minute is');
select is(pg_temp.sees('{"weekday": 1, "hour": 9}', '2027-05-11 10:00'), '2027-05-17 09:00', 'yesterday''s weekday is six days ahead');
select is(pg_temp.sees('{"day": 17, "month": 5, "hour": 14}', '2027-05-11 10:00'), '2027-05-17 14:00', 'a date of this year');
select is(pg_temp.sees('{"day": 10, "month": 5, "hour": 14}', '2027-05-11 10:00'), '2028-05-10 14:00', 'a date that is past is next year''s');
select is(pg_temp.sees('{"day": 11, "month": 5, "hour": 9}', '2027-05-11 10:00'), '2028-05-11 09:00', 'today''s, too, when its hour is past');
select is(pg_temp.sees('{"day": 10, "month": 5, "year": 2027, "hour": 14}', '2027-05-11 10:00'), '2027-05-10 14:00', 'with its year it is what it is');
select is(pg_temp.sees('{"day": 10, "month": 5, "year": 28, "hour": 14}', '2027-05-11 10:00'), '2028-05-10 14:00', 'a year of two digits');
select is(pg_temp.sees('{"day": 31, "month": 2, "hour": 14}', '2027-05-11 10:00'), null, '31/2 is no date');
select is(pg_temp.sees('{"day": 29, "month": 2, "year": 2027, "hour": 14}', '2027-01-11 10:00'), null, 'nor 29/2/2027');
select is(pg_temp.sees('{"day": 29, "month": 2, "hour": 14}', '2027-01-11 10:00'), '2028-02-29 14:00', '29/2 is the next that there is');
select is(pg_temp.sees('{"day": 1, "month": 13, "hour": 14}', '2027-01-11 10:00'), null, 'nor a thirteenth month');
select is(pg_temp.sees('{"day": 10, "hour": 14}', '2027-05-11 10:00'), '2027-06-10 14:00', 'the tenth is next month''s');
select is(pg_temp.sees('{"day": 11, "hour": 14}', '2027-05-11 10:00'), '2027-05-11 14:00', 'the eleventh is today');
select is(pg_temp.sees('{"day": 31, "hour": 14}', '2027-06-01 10:00'), '2027-07-31 14:00', 'the 31st is that of a month that has one');
select is(pg_temp.sees('{"day": 30, "hour": 14}', '2027-01-31 10:00'), '2027-03-30 14:00', 'also over February');
select is(pg_temp.sees('{"day": 1, "hour": 0}', '2027-12-31 23:59'), '2028-01-01 00:00', 'over the year''s end');
select is(pg_temp.sees('{"in": 1, "hour": 14}', '2027-12-31 23:59'), '2028-01-01 14:00', 'tomorrow');
select is(pg_temp.sees('{"in": 0, "hour": 9}', '2027-05-11 10:00'), '2027-05-11 09:00', 'today is today, past or not');
select is(pg_temp.sees('{"weekday": 6}', '2027-05-11 10:00'), null, 'without an hour nothing');
select is(pg_temp.sees('{"weekday": 6, "hour": 24}', '2027-05-11 10:00'), null, 'nor at an hour that isn''t one');
-- The same moment is another day in another zone: 23:30 in Jakarta is 00:30 in Makassar and 01:30 in Jayapura.
select is((select string_agg(to_char(kentongan.resolve_when('{"in": 1, "hour": 7}', z, '2027-05-11 23:30+07') at time zone 'UTC', 'DD HH24'), ', ' order by n)
             from unnest(array['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']) with ordinality x(z, n)),
          '12 00, 12 23, 12 22', 'tomorrow is each zone''s own');
select is((select string_agg(to_char(kentongan.resolve_when('{"weekday": 3, "hour": 0, "minute": 15}', z, '2027-05-11 23:30+07') at time zone z, 'DD HH24:MI'), ', ' order by n)
             from unnest(array['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']) with ordinality x(z, n)),
          '12 00:15, 19 00:15, 19 00:15', 'Wednesday 00:15, where it has passed already and where not');

-- --- UNDANG --------------------------------------------------------------------------------
select pg_temp.at('2027-05-11 10:00');
select is(village.says(23, 'UNDANG', '{"when": {"weekday": 6, "hour": 14}, "text": "balai"}'), 'not_officer', 'members call no meeting');
select is(village.says(23, 'UNDANG'), 'undang_none', 'but may ask for the next');
select is(village.says(23, 'HADIR'), 'hadir_none', 'HADIR without a meeting');
select is(village.says(23, 'TIDAK'), 'ya_none', 'TIDAK without one');
select is(village.says(23, 'YA'), 'ya_none', 'YA without one');
select is(village.says(2, 'DAFTARHADIR'), 'hadir_none', 'no list without one');
select is(village.says(2, 'UNDANG', '{"when": {"weekday": 6}, "text": "balai desa"}'), 'undang_time', 'without an hour: asked');
select is(village.says(2, 'UNDANG', '{"when": {"day": 31, "month": 2, "hour": 14}, "text": "balai"}'), 'undang_date', 'no such date');
select is(village.says(2, 'UNDANG', '{"when": {"in": 0, "hour": 9}, "text": "balai"}'), 'undang_past', 'past');
select is(village.says(2, 'UNDANG', '{"when": {"in": 93, "hour": 14}, "text": "balai"}'), 'undang_far', 'too far ahead');
select is(village.says(2, 'UNDANG', '{"when": {"weekday": 6, "hour": 14}}'), 'undang_place', 'without a place: asked');
select is(village.param('undang_place', 'long'), null, 'with an example');
select is(village.says(2, 'UNDANG', jsonb_build_object('when', '{"weekday": 6, "hour": 14}'::jsonb, 'text', repeat('rumah ', 8))), 'undang_place', 'a place that is too long');
select is(village.param('undang_place', 'long'), 'x', 'is told how long it may be');
select is(village.says(2, 'UNDANG', '{"when": {"weekday": 6, "hour": 14, "minute": 30}, "text": " rumah  Bu\nSri. "}'), 'undang', 'a meeting is shown first');
select is(village.answers(), '02 reply meeting_confirm', 'with a code');
select is((select concat_ws('|', params ->> 'what', params ->> 'weekday', params ->> 'day', params ->> 'time', params ->> 'place', params ->> 'phones', params ->> 'sms')
             from kentongan.outbox where template = 'meeting_confirm' order by id desc limit 1),
          'meeting_call|saturday|15/05|14.30|rumah Bu Sri|7|7', 'as members will read it, to how many: 25 and 26 share one, 27 has none');
select is((select count(*)::int from kentongan.meetings), 0, 'nothing is called before YA');
select is(pg_temp.yes(2), 'meeting_done', 'YA code calls it');
select is((select string_agg(right(peer, 2), ' ' order by peer) from kentongan.outbox where template = 'meeting_invite'), '01 02 03 04 23 24 25', 'everybody is invited, a shared phone once');
select is((select kind || ' ' || status from kentongan.broadcasts), 'meeting running', 'by a broadcast, at once');
select is((select jsonb_build_object('weekday', p -> 'weekday', 'day', p -> 'day', 'time', p -> 'time', 'place', p -> 'place', 'group', p -> 'group')
             from kentongan.broadcast_params((select id from kentongan.broadcasts), village.member(23), village.phone(23)) p),
          '{"weekday": "saturday", "day": "15/05", "time": "14.30", "place": "rumah Bu Sri", "group": "MELATI"}'::jsonb, 'which says when and where');
select is(village.says(1, 'UNDANG', '{"when": {"weekday": 6, "hour": 14, "minute": 30}, "text": "balai"}'), 'undang_same', 'two at the same time: refused');
select is(village.says(1, 'UNDANG', '{"when": {"weekday": 6, "hour": 16}, "text": "balai"}'), 'undang', 'another time is fine');
select is(village.says(2, 'UNDANG', '{"when": {"weekday": 6, "hour": 16}, "text": "lapangan"}'), 'undang', 'two officers at once');
select is(pg_temp.yes(1) || ' ' || pg_temp.yes(2), 'meeting_done undang_same', 'who comes second is told');
select is(village.param('undang_same', 'place'), 'balai', 'which it is');
select is(pg_temp.call(1, '{"when": {"weekday": 6, "hour": 16}, "action": "cancel"}'), 'undang meeting_done', 'cancelled: the next one');
select is(pg_temp.meetings(), '15/05 14:30 rumah Bu Sri cancelled, 15/05 16:00 balai called', 'which is the first');
select is(pg_temp.call(1, '{"action": "cancel"}'), 'undang meeting_done', 'and then the second');
select is(village.says(1, 'UNDANG', '{"action": "cancel"}') || ' ' || village.says(1, 'UNDANG', '{"action": "move", "when": {"in": 1, "hour": 9}}'),
          'undang_none undang_none', 'then there is none to cancel or move');
-- What was asked in time and answered too late.
select is(village.says(2, 'UNDANG', '{"when": {"in": 0, "hour": 10, "minute": 5}, "text": "balai"}'), 'undang', 'in five minutes');
select village.later('6 minutes');
select is(pg_temp.yes(2), 'undang_past', 'six minutes later it makes no sense');
select is((select count(*)::int from kentongan.meetings where status = 'called'), 0, 'nor is it called');
-- Written before midnight, arrived after.
select pg_temp.at('2027-05-12 00:05');
select is(village.says(2, 'UNDANG', '{"when": {"in": 1, "hour": 14}, "text": "balai"}', minutes_old => 10), 'undang', 'tomorrow, said before midnight');
select is(village.param('meeting_confirm', 'day'), '12/05', 'is the sender''s tomorrow');
-- Whose duty it is.
update kentongan.groups set duties = '{"call": ["sekretaris"]}';
select is(village.says(2, 'UNDANG', '{"when": {"in": 1, "hour": 14}, "text": "balai"}'), 'not_your_duty', 'where it is the secretary''s duty the chair is told so');
select is(village.says(3, 'UNDANG', '{"when": {"in": 1, "hour": 14}, "text": "balai"}'), 'undang', 'the secretary calls');
update kentongan.groups set duties = '{}';

-- --- answers --------------------------------------------------------------------------------
select pg_temp.at('2027-05-12 08:00');
update kentongan.meetings set status = 'cancelled';
select is(pg_temp.call(3, '{"when": {"weekday": 6, "hour": 14}, "text": "rumah Bu Sri"}'), 'undang meeting_done', 'a meeting on Saturday');
select is(village.says(23, 'HADIR'), 'hadir', 'HADIR');
select is(village.param('hadir', 'members') || ' ' || village.param('hadir', 'day'), '23 SITI A 15/05', 'says for whom and when');
select is(village.says(23, 'TIDAK', '{"text": "sakit"}'), 'hadir_not', 'a change of mind');
select is((select string_agg(x.number || ' ' || a.coming || ' ' || a.reason, ', ') from kentongan.meeting_answers a join kentongan.members x on x.id = a.member_id),
          '23 false sakit', 'the last word counts, with its reason');
select is(village.says(24, 'YA'), 'hadir', 'YA is HADIR where nothing else is asked');
select is(village.says(24, 'YA'), 'ya_none', 'but not again');
select is(village.says(24, 'TIDAK', '{"code": "K7M4"}'), 'ya_none', 'TIDAK with a code is about something else');
select is(village.says(24, 'SETOR', '{"amount": 50000}', problem => 'near', word => 'stor'), 'near', 'an open question');
select is(village.says(24, 'TIDAK'), 'tidak', 'comes first');
select is((select coming from kentongan.meeting_answers where member_id = village.member(24)), true, 'and she still comes');
select is(village.says(25, 'HADIR'), 'hadir', 'a shared phone answers for all on it');
select is(village.param('hadir', 'members') || ' ' || village.param('hadir', 'one'), '25 AMINAH, 26 FATIMAH 25', 'which it says');
select is(village.says(25, 'TIDAK', '{"member": 26}'), 'hadir_not', 'a number in front is one of them');
select is((select string_agg(x.number || ' ' || a.coming, ', ' order by x.number) from kentongan.meeting_answers a join kentongan.members x on x.id = a.member_id),
          '23 false, 24 true, 25 true, 26 false', 'so are the answers');
select is(village.says(24, 'HADIR', '{"member": 25}'), 'which_member', 'not for somebody else''s phone');
select is(village.says(24, 'STOP') || ' ' || village.says(24, 'HADIR'), 'stop hadir', 'who has stopped invitations may come, too');
select is(village.says(23, 'DAFTARHADIR', '{"names": "nama"}'), 'daftar_hadir', 'members see counts');
select is(village.param('daftar_hadir', 'coming') || village.param('daftar_hadir', 'absent') || village.param('daftar_hadir', 'silent')
          || coalesce(village.param('daftar_hadir', 'names'), '-'), '225-', 'two, two, five');
select is(village.says(2, 'DAFTARHADIR'), 'daftar_hadir', 'so do officers');
select is(village.param('daftar_hadir', 'names'), 'x', 'and how to get the names');
select is(village.says(2, 'DAFTARHADIR', '{"names": "nama"}'), 'daftar_hadir_names', 'which are the officers''');
select is(village.param('daftar_hadir_names', 'absent_names') || ' / ' || village.param('daftar_hadir_names', 'silent_names') || ' / '
          || village.param('daftar_hadir_names', 'coming_names') || coalesce(village.param('daftar_hadir_names', 'more'), ''),
          '23 SITI A, 26 FATIMAH / 1 SRI WAHYUNI, 2 KARTINI, 3 RATNA DEWI, 4 UMI KULSUM, 27 HALIMAH / 24 DEWI, 25 AMINAH', 'by number');
select is(kentongan.names_of_meeting(kentongan.next_meeting(village.group_id(), kentongan.now()), 40),
          '{"absent_names": "23 SITI A, 26 FATIMAH", "silent_names": "1 SRI WAHYUNI", "more": 6}'::jsonb, 'as many as fit, and how many more');

-- --- reminders --------------------------------------------------------------------------------
select is(pg_temp.sweep(), '', 'nobody is reminded on Wednesday');
select pg_temp.at('2027-05-14 15:59:59');
select is(pg_temp.sweep(), '', 'nor a second before four');
select pg_temp.at('2027-05-14 16:00');
-- 24 wants no reminders, 25 comes, 26 on the same phone and 23 don't.
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04, meeting_remind_coming 25', 'the day before at four: who hasn''t answered is asked, who comes reminded');
select is((select string_agg(distinct b.params ->> 'soon', ' ') from kentongan.broadcasts b where class = 'reminder'), 'tomorrow', 'of tomorrow');
select is(pg_temp.sweep(), '', 'once');
select pg_temp.at('2027-05-15 06:29');
select is(pg_temp.sweep(), '', 'before half past six nobody is woken');
select is(village.says(1, 'HADIR') || village.says(25, 'HADIR', '{"member": 26}') || village.says(25, 'TIDAK', '{"member": 25}'), 'hadirhadirhadir_not', 'minds change overnight');
select pg_temp.at('2027-05-15 06:30');
select is(pg_temp.sweep(), 'meeting_remind 02 03 04, meeting_remind_coming 01 25', 'then those of the morning');
select is((select string_agg(distinct b.params ->> 'soon', ' ') from kentongan.broadcasts b where class = 'reminder' and ends_at = '2027-05-15 14:00+07'), 'today', 'until it begins');
select is(pg_temp.sweep(), '', 'once');
select is(village.says(23, 'HADIR'), 'hadir', 'HADIR on the way');
select pg_temp.at('2027-05-15 16:59');
select is(village.says(23, 'HADIR') || ' ' || village.says(23, 'UNDANG'), 'hadir undang_next', 'also while it is on');
select pg_temp.at('2027-05-15 17:01');
select is(village.says(23, 'HADIR'), 'hadir_none', 'not when it is over');
select is(village.says(2, 'DAFTARHADIR', '{"names": "nama"}'), 'daftar_hadir_names', 'the list stays for a week');
select pg_temp.at('2027-05-22 14:01');
select is(village.says(2, 'DAFTARHADIR'), 'hadir_none', 'not longer');

-- A phone where one hasn't answered and one comes reads the question only.
select is(pg_temp.call(3, '{"when": {"in": 2, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'on Monday');
select is(village.says(25, 'HADIR', '{"member": 26}'), 'hadir', 'one of two');
select pg_temp.at('2027-05-23 16:00');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'the shared phone is asked for the other');
select pg_temp.at('2027-05-24 09:00');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'a leader that was away reminds when it is back');

-- Too late is no reminder: no "tomorrow" on the day, nothing after the start.
select is(pg_temp.call(3, '{"when": {"day": 28, "month": 5, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'on the 28th');
select pg_temp.at('2027-05-28 00:00');
select is(pg_temp.sweep(), '', 'at midnight it is too late for the day before');
select pg_temp.at('2027-05-28 14:00');
select is(pg_temp.sweep(), '', 'and at its start for the morning');
select pg_temp.at('2027-05-28 18:00');

-- What starts early, and what was called lately.
select is(pg_temp.call(3, '{"when": {"in": 1, "hour": 8, "minute": 29}, "text": "balai"}'), 'undang meeting_done', 'tomorrow 08:29, called at six in the evening');
select is(pg_temp.sweep(), '', 'the invitation itself is hardly out');
select pg_temp.at('2027-05-29 06:28');
select is(pg_temp.sweep(), '', 'not yet');
select pg_temp.at('2027-05-29 06:29');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'two hours before, and twelve after the invitation');
select is(pg_temp.call(3, '{"when": {"in": 1, "hour": 9}, "text": "balai"}'), 'undang meeting_done', 'the next day at nine');
select is(pg_temp.call(3, '{"action": "move", "when": {"in": 2, "hour": 9}}'), 'undang meeting_done', 'moved by a day');
select pg_temp.at('2027-05-30 16:00');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'reminded of as it is now');
select is(pg_temp.call(3, '{"action": "move", "when": {"in": 2, "hour": 6}, "text": "balai"}'), 'undang meeting_done', 'moved again, to an early hour');
select pg_temp.at('2027-05-31 23:00');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'at eleven in the evening the day before is still to be said');
select is((select quiet from kentongan.broadcasts order by id desc limit 1) <> '[]', true, 'but not in quiet hours');
select pg_temp.at('2027-06-01 03:59');
select is(pg_temp.sweep(), '', 'a night''s meeting');
select pg_temp.at('2027-06-01 04:00');
select is(pg_temp.sweep(), 'meeting_remind 01 02 03 04 23 25', 'two hours before six is four');
-- Called in the night: the invitation leaves at six, so half past six is no time to remind.
select pg_temp.at('2027-06-02 23:00');
select is(village.says(3, 'UNDANG', '{"when": {"in": 1, "hour": 15}, "text": "balai"}'), 'undang', 'called at eleven in the evening');
select is(village.param('meeting_confirm', 'later') || coalesce(village.param('meeting_confirm', 'at_once'), ''), '03/06 06:00', 'it is sent when the night is over');
select is(pg_temp.yes(3), 'meeting_done', 'so');
select pg_temp.at('2027-06-03 06:30');
select is(pg_temp.sweep(), '', 'half an hour after the invitation nobody is reminded');
-- So soon that the night can't be waited for.
select pg_temp.at('2027-06-03 21:00');
select is(village.says(3, 'UNDANG', '{"when": {"in": 0, "hour": 23}, "text": "balai"}'), 'undang', 'at eleven the same night');
select is(coalesce(village.param('meeting_confirm', 'later'), '') || village.param('meeting_confirm', 'at_once'), 'x', 'goes at once, which is said');
select is(pg_temp.yes(3), 'meeting_done', 'so');
select is((select quiet from kentongan.broadcasts order by id desc limit 1), '[]', 'it does');
select is(village.says(3, 'UNDANG', '{"when": {"in": 1, "hour": 7}, "text": "balai"}'), 'undang', 'at seven tomorrow, an hour after the quiet hours');
select is(village.param('meeting_confirm', 'at_once'), 'x', 'that, too');

-- --- moved, cancelled ---------------------------------------------------------------------------
update kentongan.meetings set status = 'cancelled';
update kentongan.requests set status = 'cancelled' where status = 'confirming';
select pg_temp.at('2027-06-07 10:00');
select is(pg_temp.call(3, '{"when": {"in": 3, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'a meeting');
select is(village.says(23, 'TIDAK') || ' ' || village.says(1, 'HADIR'), 'hadir_not hadir', 'with answers');
select is(village.says(3, 'UNDANG', '{"action": "move", "when": {"in": 3, "hour": 14}}'), 'undang_same', 'moved to where it is: nothing to do');
select is(village.says(3, 'UNDANG', '{"action": "move", "when": {"in": 3, "hour": 14}, "text": "rumah Bu Sri"}'), 'undang', 'another place is a move');
select is(village.param('meeting_confirm', 'what') || village.param('meeting_confirm', 'was'), 'meeting_move10/06 14.00', 'which says so');
select is(pg_temp.yes(3), 'meeting_done', 'done');
select is((select status from kentongan.broadcasts where template = 'meeting_invite' order by id desc limit 1), 'cancelled', 'the invitation goes no further');
select is((select string_agg(right(peer, 2), ' ' order by peer) from kentongan.outbox o join kentongan.broadcasts b on b.id = o.broadcast_id
            where b.id = (select max(id) from kentongan.broadcasts)), '01 02 03 04 23 25', 'all are told, who said TIDAK as well');
select is((select string_agg(template, ' ') from kentongan.broadcasts where id = (select max(id) from kentongan.broadcasts)), 'meeting_moved', 'that it has moved');
select is(village.says(2, 'DAFTARHADIR'), 'daftar_hadir', 'answers');
select is(village.param('daftar_hadir', 'coming') || village.param('daftar_hadir', 'absent'), '00', 'are asked anew');
select is(village.says(3, 'UNDANG', '{"action": "cancel", "text": "hujan"}') || ' ' || village.says(2, 'UNDANG', '{"action": "move", "when": {"in": 5, "hour": 14}}'),
          'undang undang', 'one cancels it, another moves it');
select is(village.says(23, 'TIDAK'), 'hadir_not', 'one doesn''t come');
select is(pg_temp.yes(3) || ' ' || pg_temp.yes(2), 'meeting_done undang_gone', 'the second is told that it is gone');
select is((select string_agg(right(peer, 2), ' ' order by peer) from kentongan.outbox where broadcast_id = (select max(id) from kentongan.broadcasts)),
          '01 02 03 04 23 25', 'all are told that it is cancelled');
select is((select template || ' ' || (params ->> 'reason') from kentongan.broadcasts where id = (select max(id) from kentongan.broadcasts)), 'meeting_cancelled hujan', 'and why');

-- --- regular ones --------------------------------------------------------------------------------
select is(village.says(3, 'UNDANG', '{"action": "stop"}'), 'undang_regular_none', 'no regular meeting to end');
select is(village.says(3, 'UNDANG', '{"action": "regular", "when": {"in": 1, "hour": 14}, "text": "balai"}'), 'undang_regular', 'tomorrow is no rhythm');
select is(village.says(3, 'UNDANG', '{"action": "regular", "when": {"weekday": 6}, "text": "balai"}'), 'undang_time', 'without an hour');
select is(village.says(3, 'UNDANG', '{"action": "regular", "when": {"weekday": 6, "hour": 14}}'), 'undang_place', 'without a place');
select is(village.says(3, 'UNDANG', '{"action": "regular", "when": {"weekday": 6, "hour": 14, "minute": 30}, "text": "rumah Bu Sri"}'), 'undang', 'each Saturday');
select is(village.param('meeting_confirm', 'what') || village.param('meeting_confirm', 'weekday') || village.param('meeting_confirm', 'time') || village.param('meeting_confirm', 'ahead'),
          'meeting_regularsaturday14.304', 'is shown first');
select is(pg_temp.yes(3), 'meeting_regular', 'and kept');
select is(village.answers(), '03 reply meeting_regular, 01 notice meeting_regular, 02 notice meeting_regular, 04 notice meeting_regular', 'all officers hear');
select is((select (changed ->> 'meeting_weekday') || ' ' || (request_id = (village.request()).id)::text || ' ' || actor from kentongan.group_versions order by version desc limit 1),
          '[null, 6] true ' || village.phone(3), 'as a version of the group''s rules, by that request and officer');
-- 2027-06-07 is a Monday, so Saturday is the 12th and its day the 8th.
select pg_temp.at('2027-06-08 08:59');
select is(pg_temp.sweep(), '', 'four days before, before nine: not yet');
select pg_temp.at('2027-06-08 09:00');
select is(pg_temp.sweep(), 'meeting_invite 01 02 03 04 23 25', 'at nine it calls itself');
select is(pg_temp.sweep(), '', 'once');
select is((select to_char(at at time zone 'Asia/Jakarta', 'DD/MM HH24:MI ') || place || coalesce(called_by::text, '') from kentongan.meetings order by id desc limit 1),
          '12/06 14:30 rumah Bu Sri', 'for Saturday, by nobody');
select is(pg_temp.call(3, '{"action": "move", "when": {"weekday": 0, "hour": 10}}'), 'undang meeting_done', 'moved to Sunday');
select is(pg_temp.sweep(), '', 'it isn''t made again');
select pg_temp.at('2027-06-15 09:00');
select is(pg_temp.sweep(), 'meeting_invite 01 02 03 04 23 25', 'the week after, the next');
select is(pg_temp.call(3, '{"action": "cancel"}'), 'undang meeting_done', 'cancelled');
select is(pg_temp.sweep(), '', 'nor is that one made again');
select pg_temp.at('2027-06-21 12:00');
select is(pg_temp.call(3, '{"when": {"weekday": 6, "hour": 9}, "text": "balai"}'), 'undang meeting_done', 'officers call one themselves for that Saturday');
select pg_temp.at('2027-06-22 09:00');
select is(pg_temp.sweep(), '', 'then none is made');
select is(village.says(2, 'UNDANG', '{"when": {"weekday": 1, "hour": 9}}'), 'undang', 'a place that isn''t named');
select is(village.param('meeting_confirm', 'place'), 'rumah Bu Sri', 'is the regular one');
select is(pg_temp.call(2, '{"action": "stop"}'), 'undang meeting_regular', 'the end of regular meetings');
select pg_temp.at('2027-06-29 09:00');
select is(pg_temp.sweep(), '', 'then none is made');

-- When the next is.
create function pg_temp.next(p_set jsonb, p_at text) returns text
language sql as $$
    select to_char(kentongan.regular_next(jsonb_populate_record(g, p_set || '{"meeting_time": "14:00", "meeting_place": "x"}'),
                                          p_at::timestamp at time zone g.timezone) at time zone g.timezone, 'YYYY-MM-DD HH24:MI')
      from kentongan.groups g where code = 'MELATI'
$$;
select is(pg_temp.next('{"meeting_weekday": 6}', '2027-05-15 13:59'), '2027-05-15 14:00', 'weekly: today, while it is ahead');
select is(pg_temp.next('{"meeting_weekday": 6}', '2027-05-15 14:00'), '2027-05-22 14:00', 'then in a week');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 1}', '2027-05-02 10:00'), '2027-06-05 14:00', 'the first Saturday');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 1}', '2027-04-30 10:00'), '2027-05-01 14:00', 'which may be the first of the month');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 2}', '2027-05-01 10:00'), '2027-05-08 14:00', 'the second');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 4}', '2027-05-01 10:00'), '2027-05-22 14:00', 'the fourth');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 5}', '2027-05-01 10:00'), '2027-05-29 14:00', 'the last, which is the fifth');
select is(pg_temp.next('{"meeting_weekday": 6, "meeting_week": 5}', '2027-06-01 10:00'), '2027-06-26 14:00', 'or the fourth');
select is(pg_temp.next('{"meeting_day": 10}', '2027-05-10 14:00'), '2027-06-10 14:00', 'each tenth');
select is(pg_temp.next('{"meeting_day": 31}', '2027-06-01 10:00'), '2027-06-30 14:00', 'each 31st is the last of a shorter month');
select is(pg_temp.next('{"meeting_day": 30}', '2027-02-01 10:00'), '2027-02-28 14:00', 'also of February');

-- --- each group by its own clock ---------------------------------------------------------------
create function pg_temp.zone(p_zone text, p_group text) returns void
language plpgsql as $$
begin
    perform api.group_add('test', p_group, p_group, jsonb_build_object('timezone', p_zone));
    perform api.import_members('test', p_group, jsonb_build_array(
        jsonb_build_object('line', 1, 'number', 1, 'name', 'Ketua ' || p_group, 'msisdn', '+62813000000' || right(p_group, 2), 'role', 'ketua')), false);
end $$;
create function pg_temp.zoned() returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform api.timed_work('{}');
    return (select coalesce(string_agg(right(peer, 2) || ' ' || template, ', ' order by peer), '') from kentongan.outbox
             where id > v_before and template like 'meeting%' and peer like '+62813%');
end $$;
update kentongan.meetings set status = 'cancelled';
select pg_temp.zone('Asia/Jakarta', 'BARAT07'), pg_temp.zone('Asia/Makassar', 'TENGAH08'), pg_temp.zone('Asia/Jayapura', 'TIMUR09');
-- 23:30 in Jakarta on the 6th: the 7th elsewhere.
select pg_temp.at('2027-07-06 23:30');
select is((select string_agg(village.says(0, 'UNDANG', '{"when": {"in": 1, "hour": 18}, "text": "balai"}', peer => '+62813000000' || n), ' ')
             from unnest(array['07', '08', '09']) n), 'undang undang undang', 'three groups in three zones, the same words in the same minute');
select is((select string_agg(params ->> 'day', ' ' order by peer) from kentongan.outbox where template = 'meeting_confirm' and peer like '+62813%'),
          '07/07 08/07 08/07', 'tomorrow is each one''s own');
select is((select string_agg(village.says(0, 'YA', jsonb_build_object('code', (select params ->> 'otp' from kentongan.outbox
                where peer = '+62813000000' || n and params ? 'otp' order by id desc limit 1)), peer => '+62813000000' || n), ' ')
             from unnest(array['07', '08', '09']) n), 'meeting_done meeting_done meeting_done', 'they are called');
select is((select string_agg(to_char(m.at at time zone 'UTC', 'DD HH24'), ' ' order by m.group_id) from kentongan.meetings m where status = 'called'),
          '07 11 08 10 08 09', 'at 18:00 of their clocks');
-- The day before at four, of the 7th: first in the east.
select pg_temp.at('2027-07-07 06:29');
select is(pg_temp.zoned(), '', 'before half past six in Jakarta');
select pg_temp.at('2027-07-07 06:30');
select is(pg_temp.zoned(), '', 'the invitation in Jakarta left at six, half an hour ago');
select pg_temp.at('2027-07-07 15:59', 'Asia/Jayapura');
select is(pg_temp.zoned(), '', '15:59 in Jayapura');
select pg_temp.at('2027-07-07 16:00', 'Asia/Jayapura');
select is(pg_temp.zoned(), '09 meeting_remind', '16:00 in Jayapura is 14:00 in Jakarta: only there');
select pg_temp.at('2027-07-07 16:00', 'Asia/Makassar');
select is(pg_temp.zoned(), '08 meeting_remind', 'an hour later in Makassar');
select pg_temp.at('2027-07-07 16:00', 'Asia/Jakarta');
select is(pg_temp.zoned(), '', 'in Jakarta that was yesterday''s affair');
select pg_temp.at('2027-07-08 06:30', 'Asia/Jayapura');
select is(pg_temp.zoned(), '09 meeting_remind', 'the morning comes first in the east');
select pg_temp.at('2027-07-08 06:30', 'Asia/Makassar');
select is(pg_temp.zoned(), '08 meeting_remind', 'then in the middle');
-- Regular ones that are made at nine of their own clocks, on their own day.
update kentongan.groups set meeting_weekday = 0, meeting_time = '00:30', meeting_place = 'balai' where code in ('BARAT07', 'TENGAH08', 'TIMUR09');
select pg_temp.at('2027-07-14 09:00', 'Asia/Jayapura');
select is(pg_temp.zoned(), '09 meeting_invite', 'Sunday''s, on Wednesday at nine: in Jayapura');
select pg_temp.at('2027-07-14 09:00', 'Asia/Makassar');
select is(pg_temp.zoned(), '08 meeting_invite', 'in Makassar');
select pg_temp.at('2027-07-14 09:00', 'Asia/Jakarta');
select is(pg_temp.zoned(), '07 meeting_invite', 'in Jakarta');
select is((select string_agg(to_char(m.at at time zone g.timezone, 'Dy DD HH24:MI'), ', ' order by g.id) from kentongan.meetings m join kentongan.groups g on g.id = m.group_id
            where m.status = 'called' and m.at > kentongan.now()), 'Sun 18 00:30, Sun 18 00:30, Sun 18 00:30', 'half an hour after each one''s midnight');
-- Half past midnight: the day before is Saturday at four, "today" begins at midnight.
select pg_temp.at('2027-07-17 16:00', 'Asia/Jakarta');
select is(pg_temp.zoned(), '07 meeting_remind, 08 meeting_remind, 09 meeting_remind', 'the day before');
-- 00:10 in Jayapura, 22:10 in Jakarta.
select pg_temp.at('2027-07-18 00:10', 'Asia/Jayapura');
select is(pg_temp.zoned(), '09 meeting_remind', 'two hours before would be the day before: today is said from midnight on');
select is((select params ->> 'soon' from kentongan.broadcasts order by id desc limit 1), 'today', 'so it is right');
select pg_temp.at('2027-07-18 00:00', 'Asia/Jakarta');
select is(pg_temp.zoned(), '07 meeting_remind', 'at midnight in Jakarta; in Makassar it was half an hour ago');

-- --- one phone, several groups ---------------------------------------------------------------
update kentongan.meetings set status = 'cancelled';
update kentongan.groups set meeting_weekday = null, meeting_time = null;
select pg_temp.at('2027-08-02 10:00');
-- Dewi (24) is in BARAT07, too; in TENGAH08 it is another woman who uses her phone.
select api.import_members('test', 'BARAT07', '[{"line": 1, "number": 5, "name": "Dewi", "msisdn": "+6281200000024"}]', false);
select is(pg_temp.call(3, '{"when": {"in": 3, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'a meeting of the one group');
create function pg_temp.calls(p_peer text, p_when jsonb) returns text
language plpgsql as $$
declare
    v_said text := village.says(0, 'UNDANG', jsonb_build_object('when', p_when, 'text', 'lapangan'), peer => p_peer);
begin
    return v_said || ' ' || village.says(0, 'YA', jsonb_build_object('code', (select params ->> 'otp' from kentongan.outbox
        where peer = p_peer and params ? 'otp' order by id desc limit 1)), peer => p_peer);
end $$;
select is(village.says(24, 'HADIR'), 'hadir', 'one person in two groups, one meeting');
select is(village.param('hadir', 'group'), 'MELATI', 'which is meant');
select village.later('1 minute');
select is(pg_temp.calls('+6281300000007', '{"in": 2, "hour": 9}'), 'undang meeting_done', 'a meeting of the other');
select is(village.says(24, 'YA'), 'hadir', 'YA');
select is(village.param('hadir', 'group'), 'BARAT07', 'is to the invitation that came last');
select is(village.says(24, 'TIDAK'), 'hadir_not', 'and so is TIDAK');
select is(village.param('hadir_not', 'group') || ' ' || village.param('hadir_not', 'day'), 'BARAT07 04/08', 'although that meeting is sooner');
select is(village.says(24, 'HADIR', '{"group": "melati"}'), 'hadir', 'the group in front says which');
select is(village.param('hadir', 'group'), 'MELATI', 'else');
select is(village.says(24, 'DAFTARHADIR', '{"group": "BARAT07"}'), 'daftar_hadir', 'also of the list');
select is(village.param('daftar_hadir', 'place') || village.param('daftar_hadir', 'absent'), 'lapangan1', 'which is that group''s');
select api.import_members('test', 'TENGAH08', '[{"line": 1, "number": 6, "name": "Wati", "msisdn": "+6281200000024"}]', false);
select is(village.says(24, 'HADIR'), 'which_member', 'another person on the phone, in a third group: asked, though hers has no meeting');
select is(village.says(24, 'HADIR', '{"member": 6}'), 'hadir_none', 'with the number in front hers has none');
select is(village.says(24, 'HADIR', '{"member": 24}'), 'hadir', 'and Dewi''s has');
select is(village.param('hadir', 'group'), 'MELATI', 'her own');

-- --- what it costs ------------------------------------------------------------------------------
update kentongan.channels set price = 350;
select is(village.says(3, 'UNDANG', '{"when": {"in": 5, "hour": 14}, "text": "balai"}'), 'undang', 'where the price of an SMS is known');
select is(village.param('meeting_confirm', 'cost'), (350 * 6)::text, 'so is that of an invitation');
select is(village.says(3, 'UNDANG', '{"when": {"in": 5, "hour": 14}, "text": "\u092c\u0948\u0920\u0915"}'), 'undang', 'a place that isn''t written in the letters of SMS');
select is(village.param('meeting_confirm', 'sms'), (2 * 6)::text, 'takes more of them');

select is((select string_agg(command || ' ' || error, ', ') from kentongan.messages where outcome = 'error'), null, 'no message ended in a fault');
select * from finish();
rollback;
