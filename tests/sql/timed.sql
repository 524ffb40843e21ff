-- The leader's minute: what fails for one keeps nobody else waiting; nobody is woken at night.
begin;
select * from no_plan();
select village.build();
select village.build_other();
insert into kentongan.pins (member_id, hash, set_at) select id, decode(md5('pin'), 'hex'), now() from kentongan.members where number < 4;

create function pg_temp.at(p_local timestamp, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local at time zone p_zone - now() $$;
create function pg_temp.failures() returns text
language sql as $$ select coalesce(string_agg(part || ' ' || item || ' ' || tries || ' ' || error, ', ' order by part, item), '') from kentongan.timed_failures $$;

-- --- one group is broken ---------------------------------------------------------------------
select pg_temp.at('2027-03-02 10:00');
select is(village.says(23, 'SETOR', '{"amount": 50000}') || village.says(57, 'SETOR', '{"amount": 60000}'), 'setorsetor', 'deposits in two groups');
select code as broken from kentongan.requests where amount = 60000 \gset
select pg_temp.at('2027-03-06 10:00');
create trigger break before insert on kentongan.outbox for each row execute function village.refuse();
select is(village.minute(), 'MELATI expired_chair, MELATI expired_member', 'the whole one''s expires');
select is(pg_temp.failures(), format('expire_requests %s 1 this group is broken', :'broken'), 'what fails is written down');
select is((select status from kentongan.requests where code = :'broken'), 'pending', 'nothing of it is done by halves');
select is(village.minute(), '', 'again');
select is(pg_temp.failures(), format('expire_requests %s 2 this group is broken', :'broken'), 'it is counted');
select is((select count(*)::int from kentongan.audit_log where action = 'timed.failed'), 1, 'and in the audit log once');
select is((select value from api.metrics() where name = 'kentongan_timed_failures'), 1::double precision, 'and so does what watches it');
select is((select failing from api.timed_failures() where item = :'broken'), 'expire_requests', 'the operator sees it');
drop trigger break on kentongan.outbox;
select is(village.minute(), 'ANGGREK expired_chair, ANGGREK expired_member', 'once it is mended it is done');
select is(pg_temp.failures() || (select details ->> 'tries' from kentongan.audit_log where action = 'timed.mended'), '2', 'and is no failure any more');

-- Reminders are made for many groups at once.
update kentongan.groups set wajib_amount = 25000, wajib_day = 9, reminders_off = array(select kind from kentongan.reminder_kinds where kind <> 'wajib');
select pg_temp.at('2027-03-09 07:30');
select is(village.minute(), 'ANGGREK weekly, MELATI weekly', 'the week''s figures');
select pg_temp.at('2027-03-09 09:00');
create trigger break before insert on kentongan.outbox for each row execute function village.refuse();
select is(village.minute(), 'MELATI remind_wajib', 'the others are reminded');
select matches(pg_temp.failures(), '^reminders_due wajib ANGGREK 1 ', 'one isn''t');
select is(village.minute(), '', 'nobody twice');
drop trigger break on kentongan.outbox;
select is(village.minute(), 'ANGGREK remind_wajib', 'it gets its own as soon as that works');

-- A conflict is no fault of anybody's: all is done again.
select throws_ok($$ select kentongan.timed_failed('x', 'y', '40P01', 'deadlock') $$, '40P01', 'deadlock', 'a deadlock is raised again');
select throws_ok($$ select kentongan.timed_failed('x', 'y', '53100', 'disk full') $$, '53100', 'disk full', 'so is a full disk');

-- --- night -------------------------------------------------------------------------------------
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);
create function pg_temp.expires_at(p_local timestamp, p_zone text) returns text
language plpgsql as $$
declare
    v_before bigint;
begin
    update kentongan.groups set timezone = p_zone;
    perform pg_temp.at(p_local - interval '80 hours', p_zone);
    perform village.says(23, 'SETOR', '{"amount": 50000}');
    perform pg_temp.at(p_local, p_zone);
    v_before := (select max(id) from kentongan.outbox);
    perform api.timed_work('{}');
    return (select string_agg(distinct case when not_before = '-infinity' then 'now' else to_char(not_before at time zone p_zone, 'DD HH24:MI') end
                              || case when expires_at - greatest(not_before, kentongan.now()) > interval '2 days 23 hours' then '' else ' short' end, ', ')
              from kentongan.outbox where id > v_before and template like 'expired%');
end $$;
select is(pg_temp.expires_at('2027-04-10 02:00', zone), '10 06:00', zone || ': at two at night it waits for the morning')
  from unnest('{Asia/Jakarta,Asia/Makassar,Asia/Jayapura}'::text[]) zone;
select is(pg_temp.expires_at('2027-05-10 22:30', 'Asia/Jayapura'), '11 06:00', 'late in the evening, too');
update kentongan.outbox set status = 'sent' where status = 'queued' and (attempts = 0 and template not like 'expired%' or not_before = '-infinity' or not_before <= kentongan.now());
select is(kentongan.oldest_waiting(), 0::double precision, 'what waits for the morning isn''t stuck');
select is(pg_temp.expires_at('2027-05-20 12:00', zone), 'now', zone || ': at noon it leaves')
  from unnest('{Asia/Jakarta,Asia/Makassar,Asia/Jayapura}'::text[]) zone;
select pg_temp.at('2027-06-01 02:00');
update kentongan.groups set timezone = 'Asia/Jakarta';
select is(village.says(23, 'SALDO'), 'saldo', 'she can''t sleep');
select is((select not_before from kentongan.outbox where message_id = village.heard()), '-infinity'::timestamptz, 'an answer comes at once');
select is(village.says(23, 'SETOR', '{"amount": 10000}'), 'setor', 'a deposit at night');
select is((select bool_and(not_before = '-infinity') from kentongan.outbox where message_id = village.heard()), true, 'is told to the treasurer at once: somebody waits for it');
select pg_temp.at('2027-06-01 03:00');
insert into kentongan.outbox (peer, template, lang, class, priority, expires_at, group_id, channel)
values ('+6281200000001', 'saldo', 'id', 'reply', 0, 'infinity', village.group_of('MELATI'), 'desa');
update kentongan.groups set reminders_off = '{}';
select api.channel_credit('desa', 500, '2027-12-31', 'Pulsa 500', 10000, 7);
select is((select string_agg(distinct to_char(not_before at time zone 'Asia/Jakarta', 'DD HH24:MI'), ',') from kentongan.outbox where template = 'credit_low'),
          '01 06:00', 'that a SIM is low is said in the morning');

-- --- quiet hours -----------------------------------------------------------------------------------
select throws_ok($$ update kentongan.groups set quiet_from = '06:00', quiet_until = '05:00' $$, '23514', null, 'quiet hours must leave some');
select lives_ok($$ update kentongan.groups set quiet_from = '10:00', quiet_until = '06:00' where code = 'ANGGREK' $$, 'four are enough');
select lives_ok($$ update kentongan.groups set quiet_from = '00:00', quiet_until = '00:00' where code = 'ANGGREK' $$, 'none at all are fine');
select is(kentongan.quiet_over('[{"zone": "Asia/Jakarta", "from": "20:00", "until": "06:00"}]', '2027-01-05 23:10+07'), '2027-01-06 06:00+07'::timestamptz, 'over midnight');
select is(kentongan.quiet_over('[{"zone": "Asia/Jakarta", "from": "20:00", "until": "06:00"}, {"zone": "Asia/Jayapura", "from": "20:00", "until": "06:00"}]',
                               '2027-01-05 18:10+07'), '2027-01-06 06:00+07'::timestamptz, 'of two zones the later end');
select is(kentongan.quiet_over('[{"zone": "Asia/Jakarta", "from": "12:00", "until": "06:07"}]', '2027-01-05 18:10+07'), '2027-01-06 06:07+07'::timestamptz, 'to the minute');
select is(kentongan.quiet_over('[{"zone": "Asia/Jakarta", "from": "06:00", "until": "20:00"}, {"zone": "Asia/Jakarta", "from": "19:00", "until": "07:00"}]',
                               '2027-01-05 18:10+07'), null, 'or never');
select is(kentongan.quiet_over('[]', '2027-01-05 18:10+07'), '2027-01-05 18:10+07'::timestamptz, 'not quiet: now');

-- --- broadcasts ------------------------------------------------------------------------------------
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);
select pg_temp.at('2027-06-02 10:00');
update kentongan.groups set broadcast_second_above = 7 where code = 'MELATI';
select is(village.says(2, 'SIARAN', '{"text": "Besok kerja bakti"}'), 'siaran', 'few enough for one officer');
select is((village.request()).kind, 'broadcast', 'so it asks for one');
update kentongan.groups set broadcast_second_above = 6 where code = 'MELATI';
select is(village.says(2, 'YA', jsonb_build_object('code', village.otp(2))), 'siaran_grown', 'by now it takes two');
select is((select status from kentongan.broadcasts order by id desc limit 1), 'cancelled', 'nothing is sent');
update kentongan.groups set broadcast_second_above = 7 where code = 'MELATI';
select is(village.says(2, 'SIARAN', '{"text": "Lusa kerja bakti", "when": {"in": 1, "hour": 9, "minute": 0}}')
          || village.says(2, 'YA', jsonb_build_object('code', village.otp(2))), 'siaranbroadcast_started', 'one for tomorrow');
update kentongan.groups set broadcast_second_above = 6 where code = 'MELATI';
select pg_temp.at('2027-06-03 09:00');
select is(village.minute(), 'MELATI siaran_grown', 'grown when its time comes: who asked is told');
select is((select b.status || count(o.id) from kentongan.broadcasts b left join kentongan.outbox o on o.broadcast_id = b.id
            group by b.id, b.status order by b.id desc limit 1), 'cancelled0', 'nobody gets it');
update kentongan.groups set broadcast_second_above = 200 where code = 'MELATI';
select is(village.says(2, 'SIARAN', '{"text": "Jemur padi"}') || village.says(2, 'YA', jsonb_build_object('code', village.otp(2))), 'siaranbroadcast_started', 'another');
select (select r.code from kentongan.requests r where r.kind = 'broadcast' order by id desc limit 1) as code \gset
select is(village.says(2, 'JEDA', jsonb_build_object('code', :'code')), 'siaran_paused', 'it is paused');
select pg_temp.at('2027-06-04 08:50');
select village.minute();
select is(village.says(2, 'LANJUT', jsonb_build_object('code', :'code')) || village.says(2, 'JEDA', jsonb_build_object('code', :'code')),
          'siaran_resumedsiaran_paused', 'within a day it can go on');
select pg_temp.at('2027-06-05 08:51');
select is(village.minute('MELATI'), 'MELATI siaran_report', 'a day later it is over, and told');
select is((select string_agg(distinct status, ' ') from kentongan.outbox where broadcast_id = (select max(id) from kentongan.broadcasts)), 'cancelled', 'nothing leaves');
select is(village.says(2, 'LANJUT', jsonb_build_object('code', :'code')), 'siaran_over', 'and that is that');
select * from finish();
rollback;
