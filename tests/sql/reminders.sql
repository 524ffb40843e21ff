-- Reminders that go out by themselves: when, to whom, once; what they say is of the moment at which they leave.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5('pin'), 'hex'), now() from unnest(array[1, 2, 3]) n;

-- Sets the clock to a moment of a zone.
create function pg_temp.at(p_local timestamp, p_zone text default 'Asia/Jakarta') returns void
language sql as $$ update kentongan.clock set shift = p_local at time zone p_zone - now() $$;
-- Whom the leader's minute reminds of what.
create function pg_temp.sweep() returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform api.timed_work('{}');
    return (select coalesce(string_agg(right(o.peer, 2) || ' ' || replace(o.template, 'remind_', ''), ', ' order by o.id), '')
              from kentongan.outbox o join kentongan.broadcasts b on b.id = o.broadcast_id where o.id > v_before and b.kind = 'reminder');
end $$;
create function pg_temp.minute(p_local timestamp, p_zone text default 'Asia/Jakarta') returns text
language sql as $$ select pg_temp.at(p_local, p_zone); select pg_temp.sweep() $$;
-- What a modem takes of it: to whom, and fields of what it says; other classes leave before.
create function pg_temp.leaves(variadic p_fields text[]) returns text
language plpgsql as $$
declare
    r kentongan.claimed;
    v_text text := '';
begin
    loop
        select * into r from kentongan.claim('desa');
        exit when r.id is null;
        if r.class = 'reminder' then
            v_text := v_text || case when v_text = '' then '' else ', ' end || right(r.peer, 2) || ' '
                || (select string_agg(coalesce(r.params ->> f, '-'), ' ' order by n) from unnest(p_fields) with ordinality x(f, n));
        end if;
        perform api.outbox_record('desa', r.id, 'sent', 1, '{1}', 'text', '', false);
    end loop;
    return v_text;
end $$;
create function pg_temp.code(p_number int) returns jsonb
language sql as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
create function pg_temp.pays(p_amount bigint) returns text
language sql as $$ select village.says(23, 'BAYAR', jsonb_build_object('amount', p_amount)) || ' ' || village.says(1, 'TERIMA', pg_temp.code(1)) $$;
-- One kind only, so that the others don't stand in the way.
create function pg_temp.only(variadic p_kinds text[]) returns void
language sql as $$ update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds where kind <> all (p_kinds)) $$;

select pg_temp.only('due_soon', 'due_today', 'due_late');
select pg_temp.at('2027-01-31 10:00');
select is(api.import_loan('test', 'MELATI', 23, 1200000, 1200000, 12, 10, '2027-01-31'), 1, 'a loan of twelve months from the last day of January');

-- --- three days before, of a short month ----------------------------------------------------
select is(pg_temp.minute('2027-02-24 12:00'), '', 'four days before: nothing');
select is(pg_temp.minute('2027-02-25 07:59:59'), '', 'three days before, but not before eight');
select is(pg_temp.minute('2027-02-25 08:00'), '23 due_soon', 'at eight: due on 28 February');
select is(pg_temp.minute('2027-02-25 08:01'), '', 'once');
select is(pg_temp.leaves('group', 'name', 'number', 'which', 'amount', 'due', 'fine'), '23 MELATI SITI A 23 P-1 112000 28/02 -', 'with the figures of the instalment');
select is((select kind || ' ' || class || ' ' || status || ' ' || actor || ' ' || (ends_at at time zone 'Asia/Jakarta') from kentongan.broadcasts),
          'reminder reminder done service 2027-02-25 20:00:00', 'one broadcast, done, and not to leave in the evening');
select is((select kind || ' ' || split_part(what, ' ', 2) from kentongan.reminders_sent), 'due_soon 2027-02-28', 'it is written of what');
select is(pg_temp.minute('2027-02-26 08:00') || pg_temp.minute('2027-02-27 23:59'), '', 'nothing in between');

-- --- on the day; who has paid when it leaves isn't reminded -------------------------------------
select is(pg_temp.minute('2027-02-28 06:59'), '', 'not before seven');
select is(pg_temp.minute('2027-02-28 07:00'), '23 due_today', 'on the day');
select is(pg_temp.pays(112000), 'bayar terima', 'she pays before it has left');
select is(pg_temp.leaves('amount'), '', 'so nothing leaves');
select is((select status || ' ' || error from kentongan.outbox where template = 'remind_due_today'), 'cancelled nothing to remind of any more', 'it is cancelled');
select is(pg_temp.minute('2027-02-28 07:05'), '', 'the next minute');
select is((select status from kentongan.broadcasts order by id desc limit 1), 'done', 'ends the broadcast');
select is(pg_temp.minute('2027-03-01 09:00') || pg_temp.minute('2027-03-07 09:00'), '', 'who has paid isn''t late');

-- --- a payment that waits for an officer ---------------------------------------------------------
select is(pg_temp.minute('2027-03-28 07:59'), '', 'the next instalment, 31 March');
select is(village.says(23, 'BAYAR', '{"amount": 50000}'), 'bayar', 'a part of it is said to be paid');
select is(pg_temp.minute('2027-03-28 08:00'), '', 'she needs no reminder while the treasurer''s word is missing');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'it comes');
select is(pg_temp.minute('2027-03-31 07:00'), '23 due_today', 'on the day');
select is(pg_temp.leaves('amount'), '23 62000', 'of what is left');

-- --- late: the first day, then every seventh -----------------------------------------------------
select is(pg_temp.minute('2027-04-01 08:59'), '', 'late, but not before nine');
select is(pg_temp.minute('2027-04-01 09:00'), '23 due_late', 'the first day late');
select is(pg_temp.leaves('which', 'amount', 'due', 'late'), '23 P-1 62000 31/03 1', 'since when');
select is(string_agg(pg_temp.minute(d::date + time '12:00'), ''), '', 'six days of peace') from generate_series('2027-04-02', '2027-04-07', interval '1 day') d;
update kentongan.groups set fine_amount = 5000, fine_grace_days = 3;
select is(pg_temp.minute('2027-04-08 12:00'), '23 due_late', 'a week later again, at whatever hour the leader came back');
select is(pg_temp.leaves('amount', 'due', 'late', 'fine'), '23 67000 31/03 8 5000', 'with the fine');
select is(pg_temp.minute('2027-04-15 19:59'), '23 due_late', 'and again, until a minute to eight in the evening');
select is(pg_temp.minute('2027-04-15 20:05'), '', 'what hasn''t left by then no longer does');
select is((select status from kentongan.outbox where template = 'remind_due_late' order by id desc limit 1), 'expired', 'it is too old');
select is(pg_temp.pays(67000), 'bayar terima', 'she pays all of it');
select is(pg_temp.minute('2027-04-22 09:00'), '', 'and is late no more');

-- --- the leader is away ---------------------------------------------------------------------------
select is(pg_temp.minute('2027-04-27 11:00'), '23 due_soon', 'three hours: it goes when the leader is back');
select is(pg_temp.leaves('due'), '23 30/04', 'with the day');
select is(pg_temp.minute('2027-04-30 20:00') || pg_temp.minute('2027-05-01 06:00'), '', 'a whole day: what was of that day doesn''t go any more');
select is(pg_temp.minute('2027-05-01 20:01'), '', 'nor at night');
select is(pg_temp.minute('2027-05-02 09:00'), '23 due_late', 'that it is late is said on the second day');
select is(string_agg(pg_temp.minute(d::date + time '12:00'), ''), '', 'once a week') from generate_series('2027-05-03', '2027-05-07', interval '1 day') d;
select is(pg_temp.minute('2027-05-08 09:00'), '23 due_late', 'the next week begins on the eighth');
select is(pg_temp.pays(117000), 'bayar terima', 'she pays');

-- --- quiet hours; several loans on one day --------------------------------------------------------
select is(api.import_loan('test', 'MELATI', 23, 400000, 400000, 4, 0, '2027-04-28'), 2, 'a second loan, due on the 28th');
select is(api.import_loan('test', 'MELATI', 23, 800000, 800000, 4, 0, '2027-04-28'), 3, 'a third');
select is(api.import_loan('test', 'MELATI', 24, 400000, 400000, 4, 0, '2027-04-28'), 4, 'another member''s');
select is(api.import_loan('test', 'MELATI', 27, 400000, 400000, 4, 0, '2027-04-28'), 5, 'and of one who has no phone');
update kentongan.groups set quiet_until = '09:30';
select is(pg_temp.minute('2027-05-25 09:29'), '', 'the group wants quiet until half past nine');
select is(pg_temp.minute('2027-05-25 09:30'), '23 due_soon, 24 due_soon', 'then it goes, once for two loans');
select is((select total || ' ' || skipped from kentongan.broadcasts order by id desc limit 1) || (select string_agg(reason, '') from kentongan.broadcast_skips), '2 1phone', 'who has no number is listed');
select is(pg_temp.leaves('which', 'amount'), '23 P-2, P-3 300000, 24 P-4 100000', 'with the sum');
update kentongan.groups set quiet_until = '06:00', look_pin = true;
select is(pg_temp.minute('2027-05-28 07:00'), '23 due_today, 24 due_today', 'on the day');
select is(pg_temp.leaves('which', 'amount'), '23 P-2, P-3 -, 24 P-4 -', 'without figures where looking wants the PIN');
update kentongan.groups set look_pin = false;
select is(pg_temp.minute('2027-05-28 08:00'), '23 due_soon', 'her other loan is due in three days');

-- --- who wants none, who had enough -----------------------------------------------------------------
select is(village.says(24, 'STOP'), 'stop', 'she wants no reminders');
update kentongan.groups set broadcasts_a_day = 1;
select is(pg_temp.minute('2027-05-29 09:00'), '23 due_late', 'the other one hears');
select is((select reason from kentongan.broadcast_skips order by broadcast_id desc, member_id limit 1), 'stop', 'and it is written why she doesn''t');
select pg_temp.only('due_late', 'wajib');
update kentongan.groups set wajib_amount = 25000, wajib_day = 5;
select is(pg_temp.minute('2027-06-05 10:00'), '23 due_late, 01 wajib, 02 wajib, 03 wajib, 04 wajib, 25 wajib, 25 wajib', 'who is late hears of nothing else that day; who shares a phone each hears her own');
select is((select string_agg(reason || coalesce(right(peer, 2), ''), ' ' order by reason, peer) from kentongan.broadcast_skips
            where broadcast_id = (select max(id) from kentongan.broadcasts)), 'often23 phone stop24', 'one has had her share, one wants none, one has no phone');
select is(pg_temp.minute('2027-06-06 10:00'), '23 wajib', 'she hears of it the day after');
select is(pg_temp.minute('2027-06-07 10:00'), '', 'once');
update kentongan.groups set broadcasts_a_day = 4;
select pg_temp.leaves('name');

-- --- the month's saving ------------------------------------------------------------------------------
select pg_temp.only('wajib');
update kentongan.groups set wajib_day = 25;
create function pg_temp.saves(p_number int, p_amount bigint) returns text
language sql as $$ select village.says(p_number, 'SETOR', jsonb_build_object('product', 'wajib', 'amount', p_amount, 'member', p_number)) $$;
select pg_temp.at('2027-06-30 10:00');
select is(pg_temp.saves(23, 25000) || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'what she paid in June');
select pg_temp.at('2027-07-02 10:00');
select is(pg_temp.saves(25, 25000) || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'another pays in July');
select is(pg_temp.minute('2027-07-24 12:00'), '', 'not before the group''s day');
select is(pg_temp.minute('2027-07-25 08:59'), '', 'nor its hour');
select is(pg_temp.saves(2, 25000), 'setor', 'the chair says that she has paid');
select is(pg_temp.saves(23, 10000) || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'a part');
select is(pg_temp.minute('2027-07-25 09:00'), '01 wajib, 03 wajib, 04 wajib, 23 wajib, 25 wajib', 'who hasn''t paid in July');
select is((select string_agg(m.short_name || ' ' || r.what, ', ' order by m.number) from kentongan.reminders_sent r join kentongan.members m on m.id = r.member_id
            where r.kind = 'wajib' and what = '2027-07' and m.number >= 23), 'SITI A 2027-07, DEWI 2027-07, FATIMAH 2027-07, HALIMAH 2027-07', 'of July');
select is(village.says(3, 'SETOR', '{"product": "wajib", "amount": 25000}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'one more, before it leaves');
select is(pg_temp.leaves('name', 'amount'), '01 SRI WAHYUNI 25000, 04 UMI KULSUM 25000, 23 SITI A 15000, 25 FATIMAH 25000', 'what each has yet to pay');
update kentongan.groups set products = '{sukarela}';
select is(pg_temp.minute('2027-08-25 12:00'), '', 'a group that takes no simpanan wajib');
update kentongan.groups set products = '{wajib,sukarela}', wajib_amount = null;
select is(pg_temp.minute('2027-09-25 12:00'), '', 'or has no amount for it');

-- --- what waits for officers -----------------------------------------------------------------------------
select pg_temp.only('pending');
select pg_temp.at('2027-10-04 09:00');
select is(village.says(23, 'SETOR', '{"product": "sukarela", "amount": 10000}') || village.says(24, 'SETOR', '{"product": "sukarela", "amount": 20000}'), 'setorsetor', 'two deposits in the morning');
create temporary table codes as select pg_temp.code(1) as second;
select pg_temp.at('2027-10-04 15:30');
select is(pg_temp.minute('2027-10-04 15:59'), '', 'not before four');
select is(pg_temp.minute('2027-10-04 16:00'), '01 pending', 'one digest for the treasurer, not two');
select is((select count(*) from kentongan.outbox where template = 'setor_officer' and created_at >= kentongan.now()), 0::bigint, 'nothing is asked anew on the first day');
select is(pg_temp.leaves('count', 'total', 'when', 'again'), '01 2 30000 04/10 09:00 -', 'how many, how much, since when');
select is(pg_temp.minute('2027-10-05 16:00'), '01 pending', 'the next day');
select is((select string_agg(right(peer, 2) || ' ' || (params ->> 'amount'), ', ') from kentongan.outbox where template = 'setor_officer' and created_at >= kentongan.now()),
          '01 10000', 'the oldest is asked anew, under a fresh code, and no other');
alter table codes add column fresh jsonb;
update codes set fresh = pg_temp.code(1);
select is(pg_temp.leaves('count', 'again'), '01 2 x', 'as the digest says');
select is(village.says(1, 'TERIMA', (select fresh from codes)), 'terima', 'the fresh code stands');
select is(village.says(1, 'TERIMA', (select second from codes)), 'terima', 'and that of the other, as it was');
select is(pg_temp.minute('2027-10-06 16:00'), '', 'nothing waits any more');
select pg_temp.at('2027-10-07 15:00');
select is(village.says(23, 'SETOR', '{"product": "sukarela", "amount": 10000}'), 'setor', 'a deposit at three');
select is(pg_temp.minute('2027-10-07 16:00'), '', 'has only just been asked about');
select is(pg_temp.minute('2027-10-08 16:00'), '01 pending', 'a day later it is told');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'she answers before the digest leaves');
select is(pg_temp.leaves('count'), '', 'which doesn''t, then');

-- --- by the clock of each group --------------------------------------------------------------------------
select pg_temp.only('due_soon', 'due_today', 'due_late');
update kentongan.loans set status = 'settled';
select api.group_add('test', 'TIMUR', 'UP2K TIMUR', '{"timezone": "Asia/Jayapura"}');
select api.group_add('test', 'TENGAH', 'UP2K TENGAH', '{"timezone": "Asia/Makassar"}');
select api.import_members('test', 'TIMUR', '[{"line": 1, "number": 1, "name": "Yosina", "msisdn": "+6281200000071"}]', false);
select api.import_members('test', 'TENGAH', '[{"line": 1, "number": 1, "name": "Andi", "msisdn": "+6281200000081"}]', false);
select pg_temp.only('due_soon', 'due_today', 'due_late');
select pg_temp.at('2027-10-31 12:00');
select is(api.import_loan('test', g, n, 400000, 400000, 4, 0, '2027-10-31') > 0, true, 'a loan in ' || g) from (values ('MELATI', 23), ('TIMUR', 1), ('TENGAH', 1)) x(g, n);
select is(pg_temp.minute('2027-11-29 23:59', 'Asia/Jayapura') || pg_temp.minute('2027-11-30 00:00', 'Asia/Jayapura'), '', 'midnight in the east, nobody is woken');
select is(pg_temp.minute('2027-11-30 07:00', 'Asia/Jayapura'), '71 due_today', 'seven in Jayapura, five in Jakarta');
select is(pg_temp.minute('2027-11-30 07:00', 'Asia/Makassar'), '81 due_today', 'seven in Makassar');
select is(pg_temp.minute('2027-11-30 06:59:59'), '', 'a second to seven in Jakarta');
select is(pg_temp.minute('2027-11-30 07:00'), '23 due_today', 'seven in Jakarta');
select is(pg_temp.minute('2027-11-30 23:59'), '', 'still the 30th in Jakarta, the 1st in the east: nobody is woken');
select is(pg_temp.minute('2027-12-01 09:00', 'Asia/Jayapura'), '71 due_late', 'the first day late begins in the east');
select is(pg_temp.minute('2027-12-01 08:30'), '81 due_late', 'half past eight in Jakarta: Makassar');
select is(pg_temp.minute('2027-12-01 18:00'), '23 due_late', 'the leader was away: for Jakarta it isn''t too late, for the east it was done');
select is(pg_temp.minute('2027-12-08 18:30'), '23 due_late, 81 due_late', 'half past six in Jakarta is half past seven in Makassar, and half past eight in the east: too late there');
select pg_temp.leaves('name');

-- --- in the group's own words -----------------------------------------------------------------------------------
select pg_temp.at('2027-12-10 10:00');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"reminder_words": {"besok": "x"}}') $$, 'KT400', 'no reminder with a wording is called besok', 'a kind that there isn''t');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"reminder_words": {"credit": "x"}}') $$, 'KT400', null, 'one that isn''t for members');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"reminder_words": {"wajib": "{nama} {tempoh}"}}') $$, 'KT400', 'a reminder wajib has no field {tempoh}', 'a field that there isn''t');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"reminders": {"besok": false}}') $$, 'KT400', 'no reminder is called besok', 'nor can that be switched off');
select throws_ok(format($$ select api.group_set('test', 'MELATI', %L) $$, jsonb_build_object('reminder_words', jsonb_build_object('wajib', repeat('x', 301)))), 'KT400', null, 'three SMS');
select lives_ok($$ select api.group_set('test', 'MELATI', '{"reminder_words": {"due_late": "Bu {nama}, {nomor_pinjaman} {angsuran} tempo {tempo}, {hari} hari. Saldo {saldo_sukarela}", "wajib": "x"}}') $$, 'two wordings');
select lives_ok($$ select api.group_set('test', 'MELATI', '{"reminder_words": {"wajib": ""}, "reminders": {"due_soon": false, "wajib": true}}') $$, 'one is taken back, another is switched off');
select is((select reminders_off::text || (select string_agg(key, ',') from jsonb_each(reminder_words)) from kentongan.groups where code = 'MELATI'), '{due_soon,pending,credit}due_late', 'what is left');
select ok(pg_temp.minute('2027-12-15 10:00') ~ '23 operator', 'late again');
select is(split_part(pg_temp.leaves('text'), ', 71', 1), '23 Bu SITI A, P-6 105.000 tempo 30/11, 15 hari. Saldo 1.020.000', 'in the group''s words');

-- --- switched by two officers -----------------------------------------------------------------------------------------
select is(kentongan.read_setting(s, t)::text, w, format('%s %L', s, t))
  from (values ('ingat_angsuran', 'tidak', '{"reminders": {"due_late": false, "due_soon": false, "due_today": false}}'),
               ('ingat_wajib', 'YA.', '{"reminders": {"wajib": true}}'), ('ingat_pengurus', 'mboten', '{"reminders": {"pending": false}}'),
               ('ingat_pulsa', 'off', '{"reminders": {"credit": false}}'), ('ingat_wajib', '25rb', null)) x(s, t, w);
create function pg_temp.atur(p_setting text, p_text text) returns text
language sql as $$
    select village.says(1, 'ATUR', jsonb_build_object('setting', p_setting, 'text', p_text)) || ' '
        || village.says(1, 'KODE', pg_temp.code(1), pin => decode(md5('pin'), 'hex')) || ' '
        || village.says(2, 'SAH', pg_temp.code(2), pin => decode(md5('pin'), 'hex'))
$$;
select is(village.says(1, 'ATUR', '{"setting": "ingat_wajib", "text": "ya"}') || ' ' || village.param('atur_same', 'old'), 'atur_same ya', 'it is on');
select is(pg_temp.atur('ingat_wajib', 'tidak'), 'atur_asked request_waits setting_done', 'off, by two');
select is(village.param('setting_done', 'old') || ' ' || village.param('setting_done', 'new'), 'ya tidak', 'as all officers hear');
select ok(not kentongan.reminder_on(village.group_id(), 'wajib'), 'it is off');
select is(kentongan.setting_figure(g, 'ingat_angsuran'), 'sebagian', 'of instalments some are') from kentongan.groups g where code = 'MELATI';
select is(pg_temp.atur('ingat_angsuran', 'ya'), 'atur_asked request_waits setting_done', 'all on');
select is((select reminders_off::text from kentongan.groups where code = 'MELATI'), '{wajib,pending,credit}', 'the others stay');
select is((select changed -> 'reminders_off' ->> 1 from kentongan.group_versions where group_id = village.group_id() order by version desc limit 1), '["wajib", "pending", "credit"]', 'a version of the rules');

select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
