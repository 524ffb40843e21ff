-- What may change between a broadcast's YA and its leaving, and who might bend it: numbers, STOP, PIN, officers.
begin;
select * from no_plan();
select village.build();
select api.import_loan('test', 'MELATI', 23, 1000000, 800000, 10, 10, '2026-09-20') as loan \gset

create function pg_temp.clock(p_local text) returns void
language sql volatile as $$ update kentongan.clock set shift = p_local::timestamp at time zone 'Asia/Jakarta' - now() $$;
-- What of broadcasts leaves: to whom, and its text; replies before it.
create function pg_temp.leave() returns text
language plpgsql volatile as $$
declare
    r record;
    v_to text := '';
begin
    loop
        select * into r from api.outbox_claim('desa');
        exit when r.id is null;
        perform api.outbox_record('desa', r.id, 'sent', 1, array[(r.id % 256)::int], 'text', '', false);
        if r.class in ('broadcast', 'reminder') then
            v_to := v_to || right(r.peer, 2) || ' ' || coalesce(r.params ->> 'text', r.template) || '; ';
        end if;
    end loop;
    return v_to;
end $$;
create function pg_temp.yes(p_from int) returns text
language sql volatile as $$ select village.says(p_from, 'YA', jsonb_build_object('code', village.otp(p_from)), limits => '{"sender": 1000}') $$;
create function pg_temp.send(p_text text, p_from int default 1) returns text
language sql volatile as $$ select village.says(p_from, 'SIARAN', jsonb_build_object('text', p_text)) || ' ' || pg_temp.yes(p_from) $$;
select pg_temp.clock('2026-12-01 10:00');

-- --- between YA and leaving -----------------------------------------------------------------
savepoint agreed;
select is(pg_temp.send('Bu {nama}: {saldo_wajib}'), 'siaran broadcast_started', 'a text with what each has saved');
savepoint going;
select api.member_phone('test', 'MELATI', 23, '+6281200000099');
select ok(pg_temp.leave() !~ 'SITI A|250.000', 'whoever holds a member''s old number doesn''t learn what she has');
select is((select status || ' ' || error from kentongan.outbox where member_id = village.member(23) and class = 'broadcast'),
          'cancelled no longer wanted at this number', 'it is listed as not sent');
select is((select status || ' ' || (kentongan.broadcast_counted(id)).cancelled from kentongan.broadcasts), 'done 1', 'and the broadcast ends');
rollback to going;
update kentongan.members set status = 'left' where id = village.member(24);
select ok(pg_temp.leave() !~ '24 Bu', 'who has left gets no more');
rollback to going;
select ok(pg_temp.leave() ~ '23 Bu SITI A: 250.000; 24 Bu DEWI: 0; 25 Bu AMINAH: 0; 25 Bu FATIMAH: 0', 'everybody else does');
rollback to going;
update kentongan.groups set look_pin = true;
select ok(pg_temp.leave() ~ '23 Bu SITI A: -; ', 'where looking wants the PIN by now a figure isn''t told');
rollback to agreed;

-- A modem holds it while STOP comes, and can't send it.
select is(pg_temp.send('Halo'), 'siaran broadcast_started', 'a broadcast');
create temporary table held as select c.* from generate_series(1, 9) n, api.outbox_claim('desa') c where c.id is not null;
select is(village.says(24, 'STOP'), 'stop', 'STOP comes while the modem is at it');
select count(*) from (select api.outbox_record('desa', id, 'temporary', 1, '{}', '', 'network busy', false) from held where class = 'broadcast') x;
select pg_temp.clock('2026-12-01 10:30');
select is(pg_temp.leave(), '01 Halo; 02 Halo; 03 Halo; 04 Halo; 23 Halo; 25 Halo; ', 'the next try leaves her in peace');
rollback to agreed;

-- --- words of a group's own --------------------------------------------------------------------
update kentongan.groups set reminder_words = '{"due_soon": "Angsuran {angsuran}, pinjaman {pinjaman}", "wajib": "Ayo bayar wajib, {nama}"}';
select pg_temp.clock('2026-12-17 10:00');
select kentongan.reminders_due() as n \gset
select is(pg_temp.leave(), '23 Angsuran 110.000, pinjaman 800.000; ', 'a group''s own words tell what its members owe');
rollback to agreed;
update kentongan.groups set look_pin = true, reminder_words = '{"due_soon": "Angsuran {angsuran}, pinjaman {pinjaman}", "wajib": "Ayo bayar wajib, {nama}"}';
select pg_temp.clock('2026-12-17 10:00');
select kentongan.reminders_due() as n \gset
select is(pg_temp.leave(), '23 remind_due_soon; ', 'not where looking wants the PIN: then ours, which leave figures out');
rollback to agreed;

-- --- an officer's phone is stolen -----------------------------------------------------------------
select is(pg_temp.send('Kirim uang ke nomor ini', 2), 'siaran broadcast_started', 'a broadcast in the chair''s name');
select is(village.says(1, 'BLOKIR', '{"member": 2}'), 'blokir', 'is blocked');
select is((select status from kentongan.broadcasts), 'paused', 'which stops the broadcast, too');
select is(pg_temp.leave(), '', 'nothing of it leaves');
select kentongan.broadcast_code(b) as code from kentongan.broadcasts b \gset
select is(village.says(2, 'LANJUT', jsonb_build_object('code', :'code'::text)), 'blocked', 'who holds the phone doesn''t make it go on');
select is(village.says(3, 'BATAL', jsonb_build_object('code', :'code'::text)), 'siaran_stopped', 'another officer ends it');
rollback to agreed;

-- --- meetings -------------------------------------------------------------------------------------
create function pg_temp.call(p_args jsonb) returns text
language sql volatile as $$ select village.says(2, 'UNDANG', p_args, limits => '{"sender": 1000}') || ' ' || pg_temp.yes(2) $$;
savepoint meetings;
select is(pg_temp.call('{"when": {"in": 5, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'a meeting on the 6th');
select ok(pg_temp.leave() ~ '23 meeting_invite', 'to which all are invited');
select is(village.says(23, 'HADIR') || ' ' || village.param('hadir', 'day'), 'hadir 06/12', 'she comes');
select pg_temp.clock('2026-12-02 10:00');
select is(pg_temp.call('{"when": {"in": 7, "hour": 14}, "text": "pasar"}'), 'undang meeting_done', 'another on the 9th');
select is(village.says(24, 'TIDAK') || ' ' || village.param('hadir_not', 'day'), 'hadir_not 06/12', 'an invitation that hasn''t left isn''t answered');
select ok(pg_temp.leave() ~ '23 meeting_invite', 'which they get');
select is(village.says(23, 'TIDAK') || ' ' || village.param('hadir_not', 'day'), 'hadir_not 09/12', 'TIDAK is to the invitation that came last');
select is((select string_agg(coming::text, ' ' order by meeting_id) from kentongan.meeting_answers where member_id = village.member(23)), 'true false', 'and leaves the other answer alone');
select pg_temp.clock('2026-12-05 16:00');
select api.timed_work('{}') as swept \gset
select ok(pg_temp.leave() ~ '23 meeting_remind_coming', 'a reminder of the first');
select is(village.says(23, 'TIDAK') || ' ' || village.param('hadir_not', 'day'), 'hadir_not 06/12', 'turns the word to it');
rollback to meetings;

create function pg_temp.calls(p_first int, p_last int) returns text
language sql volatile as $$
    select string_agg(pg_temp.call(jsonb_build_object('action', 'move', 'when', jsonb_build_object('in', 5, 'hour', 8, 'minute', n))), ', ')
      from generate_series(p_first, p_last) n
$$;
select is(pg_temp.call('{"when": {"in": 5, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'a meeting');
select is(pg_temp.calls(1, 4), repeat('undang meeting_done, ', 3) || 'undang meeting_done', 'moved, and moved again');
select is(village.says(2, 'UNDANG', '{"action": "move", "when": {"in": 5, "hour": 8, "minute": 5}}'), 'undang', 'a sixth text to all');
select village.otp(2) as otp \gset
select is(village.says(3, 'UNDANG', '{"when": {"in": 6, "hour": 8}, "text": "balai"}') || ' ' || pg_temp.yes(3), 'undang meeting_done', 'and another officer''s');
select is(village.says(2, 'YA', jsonb_build_object('code', :'otp'::text)), 'undang_often', 'more than six within a day are too many');
select is(village.says(2, 'UNDANG', '{"action": "move", "when": {"in": 5, "hour": 9}}'), 'undang_often', 'nor is one asked about');
select is(pg_temp.call('{"action": "cancel"}'), 'undang meeting_done', 'but what isn''t held can always be said');
select pg_temp.clock('2026-12-02 10:30');
select is(pg_temp.call('{"when": {"in": 5, "hour": 14}, "text": "balai"}'), 'undang meeting_done', 'the next day it is possible again');
rollback to agreed;

-- --- an office that nobody holds ----------------------------------------------------------------------
update kentongan.groups set duties = '{"call": ["sekretaris"]}';
select is(village.says(1, 'SIARAN', '{"text": "Halo"}'), 'not_your_duty', 'it is the secretary''s to call the village together');
update kentongan.officers set until = kentongan.now() where role = 'sekretaris';
select is(pg_temp.send('Halo'), 'siaran broadcast_started', 'where there is none any officer does');
rollback to agreed;

select is((select string_agg(command || ' ' || error, ', ') from kentongan.messages where outcome = 'error'), null, 'no message ended in a fault');
select * from finish();
rollback;
