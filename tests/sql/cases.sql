-- Complaints: SALAH, ADUAN, who hears of them, KASUS, JAWAB, reminders.
begin;
select * from no_plan();
select village.build();
-- Ten o'clock: reminders go by day.
update kentongan.clock set shift = ((now() at time zone 'Asia/Jakarta')::date + 1 + time '10:00') at time zone 'Asia/Jakarta' - now();
create function pg_temp.answer(p_number int, p_case int, p_text text default 'sudah dicatat hari Sabtu') returns text
language sql volatile as $$ select village.says(p_number, 'JAWAB', jsonb_build_object('case', p_case, 'text', p_text)) $$;
create function pg_temp.due(p_case int) returns interval
language sql volatile as $$ select due_at - opened_at from kentongan.cases where number = p_case and group_id = village.group_id() $$;

-- --- SALAH ------------------------------------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 50000}') || village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))), 'setorterima', 'a deposit');
select (village.request()).code as sri \gset
select is(village.says(23, 'SALAH', jsonb_build_object('code', :'sri'::text, 'text', 'uang saya 60rb')), 'salah', 'was wrong, says the member');
select is(village.answers(), '02 notice salah_officer, 04 notice salah_officer, 23 reply salah', 'chair and supervisor hear of it, the treasurer doesn''t');
select is(pg_temp.due(1), '7 days', 'to be answered within a week');
select api.group_set('test', 'MELATI', '{"case_days": 3}');

select is(village.says(24, 'SETOR', '{"amount": 30000}'), 'setor', 'a second deposit');
select is(village.says(1, 'TOLAK', jsonb_build_object('code', village.otp(1), 'text', 'belum ada')), 'tolak', 'not received');
select is(village.says(24, 'SALAH', jsonb_build_object('code', (village.request()).code)) || ' ' || village.answers(),
          'salah 02 notice salah_officer, 04 notice salah_officer, 24 reply salah', 'that is complained about, too');
select is(pg_temp.due(2), '3 days', 'within the group''s own time');

-- One that the chair had a part in is none of the chair's business.
select is(village.says(1, 'SETOR', '{"amount": 70000}') || village.says(2, 'TERIMA', jsonb_build_object('code', village.otp(2))), 'setorterima', 'the treasurer''s own deposit, received by the chair');
select is(village.says(1, 'SALAH', jsonb_build_object('code', (village.request()).code)) || ' ' || village.answers(),
          'salah 03 notice salah_officer, 04 notice salah_officer, 01 reply salah', 'a complaint about it goes to secretary and supervisor');
select is(pg_temp.answer(2, 3), 'jawab_not', 'the chair can''t answer it');
select is(pg_temp.answer(1, 3), 'not_officer', 'nor can who complains');
select is(pg_temp.answer(3, 3), 'jawab', 'the secretary can');
select is(village.says(3, 'JAWAB', '{"case": 1, "text": "x"}'), 'jawab_not', 'but none where the chair is free to');

-- --- ADUAN ------------------------------------------------------------------------------------
select is(village.says(24, 'ADUAN', '{"text": "buku saya belum dikembalikan"}') || ' ' || village.answers(),
          'aduan 02 notice aduan_officer, 04 notice aduan_officer, 24 reply aduan', 'a complaint without a code');
select is(village.param('aduan_officer', 'text') || village.param('aduan', 'case'), 'buku saya belum dikembalikan4', 'with its words and number');
select is(village.says(24, 'ADUAN', '{"text": "buku saya belum dikembalikan"}') || ' ' || village.answers(), 'aduan 24 reply aduan', 'the same words again');
select is(village.param('aduan', 'case'), '4', 'are the same case');
select is(village.says(24, 'ADUAN', '{"text": "rapat tidak jadi"}') || village.param('aduan', 'case'), 'aduan5', 'others are another');
select is(village.says(2, 'ADUAN', '{"text": "kas kurang"}') || ' ' || village.answers(),
          'aduan 03 notice aduan_officer, 04 notice aduan_officer, 02 reply aduan', 'the chair''s own goes to the others');
select is(village.says(25, 'ADUAN', '{"text": "apa saja"}'), 'which_member', 'a shared phone must say who');

-- --- KASUS ------------------------------------------------------------------------------------
select is(village.says(4, 'KASUS'), 'kasus', 'the supervisor looks');
select is((select string_agg(l ->> 'case', ',') || ' of ' || (params ->> 'of') || '+' || (params ->> 'more') from kentongan.outbox, jsonb_array_elements(params -> 'lines') l
            where message_id = village.heard() group by params), '1,2,4 of 5+2', 'at the oldest three of all that are open');
select is(village.says(24, 'KASUS') || village.param('kasus', 'of'), 'kasus3', 'a member sees her own');
select is(village.says(1, 'KASUS'), 'kasus_none', 'the treasurer doesn''t see who complains about her');
select is(village.says(2, 'KASUS') || village.param('kasus', 'of'), 'kasus5', 'the chair those to answer, and her own');

-- --- JAWAB ------------------------------------------------------------------------------------
select is(pg_temp.answer(23, 1), 'not_officer', 'a member answers nothing');
select is(pg_temp.answer(1, 1), 'not_officer', 'nor the treasurer');
select is(pg_temp.answer(4, 99), 'kasus_unknown', 'a case that isn''t there');
select is(pg_temp.answer(4, 1) || ' ' || village.answers(), 'jawab 23 notice jawab_member, 04 reply jawab', 'the supervisor answers');
select is(village.param('jawab_member', 'officer') || ': ' || village.param('jawab_member', 'text'), 'UMI KULSUM: sudah dicatat hari Sabtu', 'the member reads who and what');
select is((select row(status, answer, answered_by, answered_at)::text from kentongan.cases where number = 1),
          row('closed'::text, 'sudah dicatat hari Sabtu'::text, village.member(4), kentongan.now())::text, 'which ends it');
select isnt_empty($$ select from kentongan.audit_log where action = 'case.answered' and subject = '1' and actor = village.phone(4) $$, 'and is in the audit log');
select is(pg_temp.answer(2, 1), 'jawab_late', 'a second answer');
select is(village.answers(), '02 reply jawab_late', 'goes nowhere');
select is(village.says(23, 'SALAH', jsonb_build_object('code', :'sri'::text)) || village.param('salah', 'case'), 'salah7', 'not content: a new case');

-- --- reminders -----------------------------------------------------------------------------------
update kentongan.cases set status = 'closed' where number <> 2;
create function pg_temp.reminded() returns text
language sql volatile as $$
    with gone as (delete from kentongan.outbox where template = 'kasus_late' and params ->> 'case' = '2' returning peer)
    select coalesce(string_agg(right(peer, 2), ',' order by peer), '') from gone
$$;
create function pg_temp.tick(p_how_long interval) returns text
language plpgsql as $$
begin
    perform village.later(p_how_long);
    perform api.timed_work('{}');
    return pg_temp.reminded();
end $$;
select is(pg_temp.tick('2 days 23 hours'), '', 'before it is due nobody is reminded');
select is(pg_temp.tick('1 hour'), '02,04', 'when it is, chair and supervisor are');
select is(pg_temp.tick('1 minute'), '', 'once');
select is(pg_temp.tick('2 days 23 hours 58 minutes'), '', 'then not for three days');
select is(pg_temp.tick('1 minute'), '02,04', 'and again');
select is((select array_agg(pg_temp.tick('3 days')) from generate_series(1, 5)), array['02,04', '02,04', '02,04', '', ''], 'five times in all');
update kentongan.clock set shift = ((now() at time zone 'Asia/Jakarta')::date + 40 + time '02:10') at time zone 'Asia/Jakarta' - now();
update kentongan.cases set due_at = kentongan.now(), reminded_at = null where number = 2;
select is(pg_temp.tick('1 minute') || pg_temp.tick('4 hours'), '', 'one due at two at night wakes nobody');
select is(pg_temp.tick('1 hour'), '02,04', 'but is said in the morning');
select is(village.says(4, 'JAWAB', '{"case": 2, "text": "maaf terlambat"}'), 'jawab', 'late is better than never');
select * from finish();
rollback;
