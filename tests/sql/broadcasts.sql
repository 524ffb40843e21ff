-- SIARAN and HASIL, what steers them, the report, fields, and the operator's desk.
begin;
select * from no_plan();
select village.build();

-- The clocks of a zone show this.
create function pg_temp.clock(p_local text, p_zone text default 'Asia/Jakarta') returns void
language sql volatile as $$ update kentongan.clock set shift = p_local::timestamp at time zone p_zone - now() $$;
-- So many messages of broadcasts leave, with this outcome, the replies before them; returns to whom.
create function pg_temp.leave(p_n int default 1000, p_outcome text default 'sent') returns text
language plpgsql volatile as $$
declare
    r record;
    v_to text[] := '{}';
    v_mass boolean;
begin
    while cardinality(v_to) < p_n loop
        select * into r from api.outbox_claim('desa');
        exit when r.id is null;
        v_mass := r.class in ('broadcast', 'reminder');
        perform api.outbox_record('desa', r.id, case when v_mass then p_outcome else 'sent' end, 1, array[(r.id % 256)::int],
                                  coalesce(r.params ->> 'text', ''), case when v_mass and p_outcome <> 'sent' then 'no such number' else '' end, false);
        if v_mass then
            v_to := v_to || right(r.peer, 2);
        end if;
    end loop;
    return array_to_string(v_to, ' ');
end $$;
create function pg_temp.last() returns kentongan.broadcasts
language sql volatile as $$ select * from kentongan.broadcasts order by id desc limit 1 $$;
create function pg_temp.code() returns text
language sql volatile as $$ select kentongan.broadcast_code(pg_temp.last()) $$;
create function pg_temp.counted() returns text
language sql volatile as $$
    select format('%s queued %s sent %s failed %s cancelled', n.queued, n.sent + n.delivered, n.failed + n.expired + n.uncertain, n.cancelled)
      from kentongan.broadcast_counted((pg_temp.last()).id) n
$$;
-- SIARAN and YA; returns the outcome.
create function pg_temp.send(p_args jsonb, p_from int default 1) returns text
language plpgsql volatile as $$
begin
    if village.says(p_from, 'SIARAN', p_args) <> 'siaran' then
        return (select outcome from kentongan.messages where id = village.heard());
    end if;
    return village.says(p_from, 'YA', jsonb_build_object('code', village.otp(p_from)));
end $$;
select pg_temp.clock('2026-12-01 10:00');

-- --- how many SMS ---------------------------------------------------------------------
create temporary table lines (n serial, line text);
\copy lines (line) from '../unit/data/sms_parts.txt' with (format csv, delimiter E'\x01', quote E'\x02')
create temporary table cases as select string_to_array(line, E'\t') as f from lines where line !~ '^#' and line <> '';
select cmp_ok((select count(*) from cases), '>', 30::bigint, 'there are texts to count');
select is_empty($$ select f, kentongan.sms_parts(repeat(f[3], f[2]::int) || coalesce(f[4], '')) from cases
                    where f[1] <> 'sum' and kentongan.sms_parts(repeat(f[3], f[2]::int) || coalesce(f[4], '')) <> f[1]::int $$,
                'SMS are counted as the gateway counts them');
create function pg_temp.hex(p text) returns int language sql immutable as $$ select ('x' || lpad(p, 8, '0'))::bit(32)::int $$;
select is((select sum(cp::bigint * kentongan.sms_parts(repeat(chr(cp), 300))) from generate_series(pg_temp.hex(f[2]), pg_temp.hex(f[3])) cp),
          f[4]::numeric, format('every character from U+%s to U+%s as there', f[2], f[3]))
  from cases where f[1] = 'sum';
select is(kentongan.sms_parts(''), 1, 'an empty text is one');

-- The words around a broadcast's are counted with SQL's, so no language may have more.
\set words `sed -n '/^text siaran {/,/}$/s/.*sms = "\(.*\)"/\1/p; /^text minutes {/,/}$/s/.*sms = "\(.*\)"/\1/p' ../../config/lang/*/broadcast.conf`
select is_empty($$
    select w, kentongan.whole_text(x.template, '{"group": "{group}", "text": "{text}", "asker": "{asker}", "day": "{day}"}')
      from (select replace(w, '{asker? ({asker})}', ' ({asker})') as w, case when w like '%{day}%' then 'minutes' else 'siaran' end as template
              from regexp_split_to_table($$ || quote_literal(:'words') || $$, '\n') w) x
     where length(w) > length(kentongan.whole_text(x.template, '{"group": "{group}", "text": "{text}", "asker": "{asker}", "day": "{day}"}')) $$,
    'no language has more words around a broadcast than are counted');
select is((select count(*)::int from regexp_split_to_table(:'words', '\n')), 8, 'two texts in four languages');

-- --- fields -----------------------------------------------------------------------------
select is(kentongan.plain_fields('Bu { Nama }, saldo {Saldo Wajib} dan {SALDO-POKOK}.'), 'Bu {nama}, saldo {saldo_wajib} dan {saldo_pokok}.', 'fields as people type them');
select is(kentongan.fill('{nama} {nomor} {kelompok} {saldo_pokok} {saldo_wajib} {saldo_sukarela} {pinjaman} {angsuran} {tempo} {tunggakan}', village.member(23)),
          'SITI A 23 UP2K MELATI 100.000 250.000 1.000.000 0 0 - 0', 'what fields say of a member without a loan');
select api.import_loan('test', 'MELATI', 23, 1000000, 800000, 10, 10, '2026-09-20') as loan \gset
select is(kentongan.fill('{pinjaman} {angsuran} {tempo} {tunggakan}', village.member(23)), '800.000 110.000 20/12 0', 'of one with a loan');
savepoint late;
select pg_temp.clock('2026-12-25 10:00');
select is(kentongan.fill('{angsuran} {tempo} {tunggakan}', village.member(23)), '110.000 20/12 110.000', 'late: the same instalment, in arrears');
select is(pg_temp.send('{"text": "Ada yang telat.", "audience": "late"}') || ' ' || pg_temp.leave(), 'broadcast_started 23', 'SIARAN TELAT goes to who is in arrears');
rollback to late;
select is(village.says(1, 'SIARAN', '{"text": "Ada yang telat.", "audience": "late"}'), 'siaran_nobody', 'and to nobody where nobody is');
select is((select count(*)::int from kentongan.broadcasts), 0, 'then nothing is left of it');
select is(kentongan.fill('{kota} {nama}', village.member(23), '{"kota": "Jember"}'), 'Jember SITI A', 'a file''s columns are fields, too');
select is(village.says(1, 'SIARAN', '{"text": "Bu {nama}, {gaji} dan {Saldo}"}'), 'siaran_field', 'unknown fields are refused');
select is(village.param('siaran_field', 'heard') || '/' || village.param('siaran_field', 'fields'),
          'gaji, saldo/nama nomor kelompok saldo_pokok saldo_wajib saldo_sukarela pinjaman angsuran tempo tunggakan', 'with those that there are');
savepoint private;
update kentongan.groups set look_pin = true;
select is(village.says(1, 'SIARAN', '{"text": "Saldo Ibu {saldo_wajib}"}'), 'siaran_private', 'where looking wants the PIN no broadcast tells figures');
select is(village.says(1, 'SIARAN', '{"text": "Bu {nama}, besok rapat"}'), 'siaran', 'names are no secret');
rollback to private;

-- --- who gets it -------------------------------------------------------------------------
select is(village.says(23, 'SIARAN', '{"text": "halo"}'), 'not_officer', 'SIARAN is for officers');
select is(village.says(4, 'SIARAN', '{"text": "halo"}'), 'not_officer', 'supervisors aren''t');
select is(village.says(1, 'SIARAN'), 'siaran_list', 'SIARAN alone');
select is(village.answers(), '01 reply siaran_none', 'before there was any');
select is(village.says(1, 'SIARAN', '{"text": "Kerja bakti besok."}'), 'siaran', 'SIARAN');
select is(village.param('broadcast_confirm', 'people') || ' ' || village.param('broadcast_confirm', 'sms') || ' ' || village.param('broadcast_confirm', 'skips')
          || ' ' || village.param('broadcast_confirm', 'at_once') || ' ' || coalesce(village.param('broadcast_confirm', 'cost'), '-')
          || ' ' || village.param('broadcast_confirm', 'lines'),
          '7 7 1 x - []', 'the echo: a number each, one SMS each, one without a phone, at once, no price known');
update kentongan.channels set price = 350 where name = 'kota';
select is(village.says(1, 'SIARAN', '{"text": "Kerja bakti besok!"}') || village.param('broadcast_confirm', 'cost'), 'siaran2450', 'and what it costs where the price is known');
select is((select count(*)::int from kentongan.broadcasts where status = 'draft'), 2, 'what was asked before is a draft still');
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.broadcasts where status = 'draft'), 1, 'the leader drops it: its request was replaced');
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))), 'broadcast_started', 'YA');
select is(village.param('broadcast_started', 'code') || '/' || village.param('broadcast_started', 'people'), pg_temp.code() || '/7', 'the answer names the code');
select is(pg_temp.counted(), '7 queued 0 sent 0 failed 0 cancelled', 'all wait');
select is((select string_agg(reason || member_id, ' ') from kentongan.broadcast_skips), 'phone' || village.member(27), 'who has no phone is listed');
select is(pg_temp.leave(), '01 02 03 04 23 24 25', 'each number gets it once: who shares a phone reads it together');
select is((select body from kentongan.outbox where broadcast_id = (pg_temp.last()).id and peer = village.phone(24)), 'Kerja bakti besok!', 'the wording goes in the template');
select is((pg_temp.last()).status || pg_temp.counted(), 'done0 queued 7 sent 0 failed 0 cancelled', 'it is done');
select is((select params - '{group,group_name,lines}'::text[] from kentongan.outbox where template = 'siaran_report' order by id desc limit 1),
          jsonb_build_object('code', pg_temp.code(), 'people', 7, 'sent', 7, 'delivered', 0, 'failed', 0, 'skips', 1, 'nophone', 1), 'who sent it gets the report');
select is(village.says(1, 'SIARAN', '{"text": "Kerja bakti besok!"}'), 'siaran_same', 'the same text the same day is explained, not sent');
select is(village.param('siaran_same', 'same'), '7', 'to how many it went');
select is(village.says(2, 'SIARAN') || (village.param('siaran_list', 'lines')::jsonb -> 0)::text,
          'siaran_list' || jsonb_build_object('code', pg_temp.code(), 'day', '01/12', 'state', 'state_done', 'sent', 7, 'people', 7)::text, 'SIARAN lists it, to the other officers, too');

-- Another shared phone's member said STOP, who shares with her didn't.
select is(village.says(25, 'STOP', '{"member": 25}') || pg_temp.send('{"text": "Siapa mau?"}') || ' ' || pg_temp.leave(), 'stopbroadcast_started 01 02 03 04 23 24 25', 'on a shared phone one who still wants it gets it');
select is(village.says(25, 'STOP') || village.says(24, 'STOP'), 'stopstop', 'both on it, and another, say STOP');
select is(pg_temp.send('{"text": "Siapa lagi?"}') || ' ' || pg_temp.leave(), 'broadcast_started 01 02 03 04 23', 'STOP is respected');
select is((select string_agg(reason || right(peer, 2), ' ' order by peer) from kentongan.broadcast_skips where broadcast_id = (pg_temp.last()).id), 'phone stop24 stop25', 'and listed');
select is(kentongan.broadcast_skipped((pg_temp.last()).id), '{"stop": 2, "phone": 1}', 'and counted');
select is(pg_temp.send('{"text": "Yang keempat."}') || pg_temp.leave(), 'broadcast_started01 02 03 04 23', 'a fourth');
select is(village.says(1, 'SIARAN', '{"text": "Yang kelima."}'), 'siaran_nobody', 'a fifth in a day is too often');
select is(village.param('siaran_nobody', 'often') || village.param('siaran_nobody', 'stopped'), '52', 'it says so');
select is(village.says(24, 'MULAI') || village.says(25, 'MULAI'), 'mulaimulai', 'MULAI');
select is(pg_temp.send('{"text": "Yang keenam."}') || ' ' || pg_temp.leave(), 'broadcast_started 24 25', 'who had fewer gets it');
select pg_temp.clock('2026-12-02 10:00');
select is(pg_temp.send('{"text": "Kerja bakti besok!"}') || ' ' || pg_temp.leave(), 'broadcast_started 01 02 03 04 23 24 25', 'the next day all is open again');

-- --- the ways to word it ---------------------------------------------------------------------
select is(pg_temp.send('{"text": "Rapat pengurus nanti malam", "audience": "officers"}') || ' ' || pg_temp.leave(), 'broadcast_started 01 02 03', 'SIARAN PENGURUS');
select is(village.says(1, 'SIARAN', '{"text": "Bu {nama}, {saldo wajib}", "action": "test"}') || ' ' || village.answers(), 'siaran_try 01 reply siaran_try', 'SIARAN COBA goes to the officer alone');
select is(village.param('siaran_try', 'text') || '/' || village.param('siaran_try', 'sms'), 'MELATI: Bu SRI WAHYUNI, 0 (SRI WAHYUNI)/1', 'as members would read it');
select is(village.says(1, 'SIARAN', '{"text": "Bu {nama}({nomor}), wajib {saldo_wajib}"}'), 'siaran', 'with fields');
select is(village.param('broadcast_confirm', 'people') || ' ' || jsonb_array_length(village.param('broadcast_confirm', 'lines')::jsonb) || ' '
          || (village.param('broadcast_confirm', 'lines')::jsonb -> 2)::text,
          '8 3 {"who": "RATNA DEWI(3)", "text": "MELATI: Bu RATNA DEWI(3), wajib 0 (SRI WAHYUNI)"}', 'each person on a shared phone, three examples');
select is((village.request()).details ? 'lines', false, 'figures aren''t kept with the request');
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))) || ' ' || pg_temp.leave(), 'broadcast_started 01 02 03 04 23 24 25 25', 'who shares a phone reads her own');
select is((select body from kentongan.outbox where broadcast_id = (pg_temp.last()).id and member_id = village.member(23)), 'Bu SITI A(23), wajib 250.000', 'figures are of when it leaves');
select is(village.says(1, 'SIARAN', jsonb_build_object('text', repeat('panjang sekali ', 33))), 'siaran_long', 'more than three SMS are refused');
select is(village.param('siaran_long', 'sms'), '4', 'with their number');
select is(village.says(1, 'SIARAN', jsonb_build_object('text', repeat('a', 459 - length('MELATI:  (SRI WAHYUNI)')))), 'siaran', 'three are not');
select is(village.param('broadcast_confirm', 'sms'), '21', 'all are counted');
select is(village.says(1, 'SIARAN', '{"text": "x", "when": {"in": 0, "hour": 9}}'), 'siaran_when', 'a time that is past is refused');
select is(village.param('siaran_when', 'past') || village.param('siaran_when', 'starts'), 'x02/12 09:00', 'plainly');
select is(village.says(1, 'SIARAN', '{"text": "x", "when": {"in": 61, "hour": 9}}') || village.param('siaran_when', 'far'), 'siaran_whenx', 'so is one too far');
select is(village.says(1, 'SIARAN', '{"text": "x", "when": {"in": 1}}'), 'siaran_when', 'and one without its hour');
select is(village.says(1, 'SIARAN', '{"text": "x", "when": {"in": 60, "hour": 9}}'), 'siaran', 'sixty days go');
select is(village.says(1, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'BATAL takes back what was only asked');
select is(village.answers(), '01 reply siaran_dropped', 'nothing was sent');
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))), 'code_done', 'its code is done');

-- --- minutes -----------------------------------------------------------------------------------
select pg_temp.clock('2026-12-03 10:00');
select is(village.says(2, 'HASIL'), 'usage', 'HASIL wants a text');
select is(village.says(2, 'HASIL', '{"text": "iuran wajib jadi 10rb"}'), 'minutes', 'HASIL');
select is(kentongan.broadcast_text(pg_temp.last(), village.member(24), village.phone(24)),
          format('MELATI: hasil pertemuan %s: iuran wajib jadi 10rb (KARTINI)', (pg_temp.last()).params ->> 'day'), 'names who says so, as SIARAN does');
select is(village.says(2, 'YA', jsonb_build_object('code', village.otp(2))) || ' ' || pg_temp.leave(), 'broadcast_started 01 02 03 04 23 24 25', 'what the meeting decided, to all');
select is((pg_temp.last()).kind || ((pg_temp.last()).params - 'asker')::text, 'minutes{"day": "03/12"}', 'of today');
insert into kentongan.meetings (group_id, at, place, status, created_at) values (village.group_id(), '2026-12-01 14:00+07', 'balai', 'called', kentongan.now());
select is(village.says(2, 'HASIL', '{"text": "arisan tetap"}') || ((pg_temp.last()).params ->> 'day'), 'minutes01/12', 'or of the last meeting');

-- Two officers at once: who answers last is told, and nobody reads it twice.
select is(village.says(1, 'SIARAN', '{"text": "Dua pengurus"}'), 'siaran', 'one officer asks');
select village.otp(1) as otp \gset
select is(village.says(2, 'SIARAN', '{"text": "Dua pengurus"}') || village.says(2, 'YA', jsonb_build_object('code', village.otp(2))) || pg_temp.leave(), 'siaranbroadcast_started01 02 03 04 23 24 25', 'another sends the same');
select is(village.says(1, 'YA', jsonb_build_object('code', :'otp'::text)) || pg_temp.leave(), 'siaran_nobody', 'then nobody is left for the other''s');
select is((select right(peer, 2) || (params ->> 'people') || (params ->> 'same') from kentongan.outbox where template = 'siaran_report' order by id desc limit 1), '0107', 'whose report says why');

-- --- two officers -------------------------------------------------------------------------------
update kentongan.groups set broadcast_second_above = 6;
insert into kentongan.pins (member_id, hash, set_at) values (village.member(2), decode(md5('2'), 'hex'), now()), (village.member(1), decode(md5('1'), 'hex'), now());
select is(village.says(1, 'SIARAN', '{"text": "Ke banyak orang"}') || ' ' || village.answers(), 'siaran 01 reply broadcast_large_confirm', 'a large one');
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))), 'request_waits', 'waits for a second officer');
select is(village.param('broadcast_large_officer', 'text'), 'MELATI: Ke banyak orang (SRI WAHYUNI)', 'who reads it whole');
select is((pg_temp.last()).status, 'draft', 'nothing leaves before');
select is(village.says(2, 'SAH', jsonb_build_object('code', village.otp(2))), 'pin_wanted', 'with the PIN');
select is(village.says(2, 'SAH', jsonb_build_object('code', village.otp(2)), pin => decode(md5('2'), 'hex')), 'broadcast_started', 'SAH code PIN');
select is(village.answers(), '02 reply broadcast_started, 01 notice broadcast_started', 'both learn its code');
select is(pg_temp.leave(), '01 02 03 04 23 24 25', 'it leaves');
select is(village.says(1, 'SIARAN', '{"text": "Ke banyak lagi"}') || village.says(1, 'YA', jsonb_build_object('code', village.otp(1)))
          || village.says(2, 'TOLAK', jsonb_build_object('code', village.otp(2), 'text', 'jangan')), 'siaranrequest_waitstolak', 'the second may say no');
select api.timed_work('{}') as swept \gset
select is((pg_temp.last()).status, 'cancelled', 'its draft is dropped');
select is(village.says(1, 'SIARAN', '{"text": "Tidak dijawab"}'), 'siaran', 'asked, not answered');
select village.later('11 minutes');
select api.timed_work('{}') as swept \gset
select is((pg_temp.last()).status, 'cancelled', 'what expires is dropped, too');
update kentongan.groups set broadcast_second_above = 200, duties = '{"call": ["ketua"]}';
select is(village.says(1, 'SIARAN', '{"text": "halo"}') || village.says(1, 'HASIL', '{"text": "halo"}'), 'not_your_dutynot_your_duty', 'only whose duty it is');
update kentongan.groups set duties = '{}', broadcasts_a_day = 50;

-- --- pause, go on, cancel --------------------------------------------------------------------------
select pg_temp.clock('2026-12-04 10:00');
select is(pg_temp.send('{"text": "Bertahap"}') || ' ' || pg_temp.leave(3), 'broadcast_started 01 02 03', 'three have left');
select is(village.says(23, 'JEDA', jsonb_build_object('code', pg_temp.code())), 'not_officer', 'a member doesn''t stop it');
select is(village.says(2, 'JEDA', jsonb_build_object('code', lower(pg_temp.code()))), 'siaran_paused', 'any officer pauses it');
select is(village.param('siaran_paused', 'sent') || '/' || village.param('siaran_paused', 'unsent') || ' ' || village.answers(),
          '3/4 02 reply siaran_paused, 01 notice siaran_paused', 'the answer says how many have gone; who sent it is told');
select is(pg_temp.leave(), '', 'after it nothing leaves');
select is(village.says(3, 'JEDA', jsonb_build_object('code', pg_temp.code())) || village.param('siaran_as_was', 'state'), 'siaran_as_wasstate_paused', 'it stands still already');
select is(village.says(3, 'LANJUT', jsonb_build_object('code', pg_temp.code())), 'siaran_resumed', 'another lets it go on');
select is(village.says(24, 'STOP') || pg_temp.leave(1), 'stop04', 'it does, behind the answers');
select is((select status from kentongan.outbox where broadcast_id = (pg_temp.last()).id and peer = village.phone(24)), 'cancelled', 'STOP also ends what waits');
select is(village.says(24, 'MULAI'), 'mulai', 'MULAI is for later ones');
select is(village.says(2, 'BATAL', jsonb_build_object('code', pg_temp.code())), 'siaran_stopped', 'BATAL');
select is(village.param('siaran_stopped', 'sent') || '/' || village.param('siaran_stopped', 'unsent'), '4/2', 'so many have gone, so many won''t');
select is(pg_temp.leave(), '', 'nothing leaves any more');
select api.timed_work('{}') as swept \gset
select is(pg_temp.counted(), '0 queued 4 sent 0 failed 3 cancelled', 'the queue is cleared');
select is((select params - '{group,group_name,lines,code}'::text[] from kentongan.outbox where template = 'siaran_report' order by id desc limit 1),
          '{"people": 7, "sent": 4, "delivered": 0, "failed": 0, "ended": "x", "unsent": 3, "skips": 1, "nophone": 1}', 'and reported');
select is(village.says(2, 'LANJUT', jsonb_build_object('code', pg_temp.code())) || village.param('siaran_over', 'state'), 'siaran_overstate_cancelled', 'what is cancelled stays so');
select is(village.says(2, 'LANJUT', '{"code": "ZZ99"}'), 'code_unknown', 'no such code');
select is((select count(*)::int from kentongan.audit_log where action like 'broadcast.%' and subject = 'S-' || (pg_temp.last()).id), 3, 'each change is audited');

-- Of several on the way only this one's queue is touched: a member's deposit is taken back as ever.
select is(village.says(23, 'SETOR', '{"amount": 51000}') || village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'setorbatal', 'BATAL of a deposit');

-- --- what fails ----------------------------------------------------------------------------------------
select is(pg_temp.send('{"text": "Banyak gagal"}') || ' ' || pg_temp.leave(3), 'broadcast_started 01 02 03', 'three arrive');
select is(pg_temp.leave(2, 'permanent') || ' ' || pg_temp.leave(2, 'uncertain'), '04 23 24 25', 'two are refused, two are uncertain');
select is((select params -> 'lines' from kentongan.outbox where template = 'siaran_report' order by id desc limit 1),
          '[{"who": "UMI KULSUM(4)", "why": "why_failed"}, {"who": "SITI A(23)", "why": "why_failed"}, {"who": "DEWI(24)", "why": "why_uncertain"}]', 'the report names three and why');
select is((select params ->> 'failed' || (params ->> 'more') from kentongan.outbox where template = 'siaran_report' order by id desc limit 1), '41', 'and how many more');
select is((select string_agg(coalesce(right(peer, 2), number::text) || why, ' ' order by why, peer) from api.broadcast_failures((pg_temp.last()).id)),
          '04failed 23failed 27skipped: phone 24uncertain 25uncertain', 'the operator sees each');

-- --- times --------------------------------------------------------------------------------------------------
-- Asked at 21:00: it waits for the morning, in whichever zone.
create function pg_temp.asked_at_night(p_zone text) returns text
language plpgsql volatile as $$
declare
    v text;
begin
    update kentongan.groups set timezone = p_zone;
    perform pg_temp.clock('2026-12-10 21:00', p_zone);
    perform village.says(1, 'SIARAN', jsonb_build_object('text', 'Malam di ' || p_zone));
    v := coalesce(village.param('broadcast_confirm', 'at_once'), '') || village.param('broadcast_confirm', 'starts');
    v := v || ' ' || village.says(1, 'YA', jsonb_build_object('code', village.otp(1))) || pg_temp.leave();
    perform pg_temp.clock('2026-12-11 05:59', p_zone);
    perform api.timed_work('{}');
    v := v || '|' || pg_temp.leave();
    perform pg_temp.clock('2026-12-11 06:00', p_zone);
    perform api.timed_work('{}');
    return v || '|' || pg_temp.leave();
end $$;
select is(pg_temp.asked_at_night(z), '11/12 06:00 broadcast_started||01 02 03 04 23 24 25', 'in the quiet hours it waits for the morning of ' || z)
  from unnest(array['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']) z;
-- A minute before and after midnight are two days.
create function pg_temp.round_midnight(p_zone text) returns text
language plpgsql volatile as $$
declare
    v text;
begin
    update kentongan.groups set timezone = p_zone, quiet_from = '00:00', quiet_until = '00:00';
    perform pg_temp.clock('2026-12-15 23:59', p_zone);
    v := pg_temp.send(jsonb_build_object('text', 'Tengah malam di ' || p_zone)) || pg_temp.leave();
    v := v || ' ' || village.says(1, 'SIARAN', jsonb_build_object('text', 'Tengah malam di ' || p_zone));
    perform pg_temp.clock('2026-12-16 00:00', p_zone);
    return v || ' ' || pg_temp.send(jsonb_build_object('text', 'Tengah malam di ' || p_zone));
end $$;
select is(pg_temp.round_midnight(z), 'broadcast_started01 02 03 04 23 24 25 siaran_same broadcast_started', 'the day of "the same text" ends at midnight of ' || z)
  from unnest(array['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']) z;
select pg_temp.leave() as left_over \gset
update kentongan.groups set timezone = 'Asia/Jayapura', quiet_from = '20:00', quiet_until = '06:00';
select pg_temp.clock('2026-12-20 23:30', 'Asia/Jayapura');
select is(village.says(1, 'SIARAN', '{"text": "Besok pagi", "when": {"in": 1, "hour": 7}}') || village.param('broadcast_confirm', 'starts'), 'siaran21/12 07:00', 'tomorrow at seven, by the group''s clocks');
select is(village.says(1, 'YA', jsonb_build_object('code', village.otp(1))) || (pg_temp.last()).status || village.param('broadcast_started', 'people'), 'broadcast_startedwaiting7', 'it waits for its time');
select is(village.says(2, 'JEDA', jsonb_build_object('code', pg_temp.code())) || village.param('siaran_paused', 'unsent'), 'siaran_paused7', 'it can be paused before');
select is(village.says(2, 'LANJUT', jsonb_build_object('code', pg_temp.code())) || (pg_temp.last()).status, 'siaran_resumedwaiting', 'and let go on');
select pg_temp.leave() as left_over \gset
select pg_temp.clock('2026-12-21 06:59', 'Asia/Jayapura');
select api.timed_work('{}') as swept \gset
select is(pg_temp.leave() || (pg_temp.last()).status, 'waiting', 'a minute before nothing leaves');
select is(village.says(24, 'STOP'), 'stop', 'who says STOP before it is enqueued');
select pg_temp.clock('2026-12-21 07:00', 'Asia/Jayapura');
select api.timed_work('{}') as swept \gset
select is(pg_temp.leave() || (pg_temp.last()).status, '01 02 03 04 23 25done', 'doesn''t get it; the others do, on the minute');
select is(village.says(24, 'MULAI'), 'mulai', 'MULAI');
update kentongan.groups set timezone = 'Asia/Jakarta';

-- --- the operator's desk ---------------------------------------------------------------------------------------
select pg_temp.clock('2027-01-05 10:00');
select api.group_add('test', 'MAWAR', 'UP2K MAWAR', '{"kecamatan": "Patrang"}') as id \gset
select api.group_add('test', 'ANGGREK', 'UP2K ANGGREK', '{"kecamatan": "Patrang"}') as id \gset
select count(*) as n from api.import_members('test', 'MAWAR', '[{"line": 1, "number": 1, "name": "Wati", "msisdn": "+6281200000051", "role": "ketua"},
                                             {"line": 2, "number": 2, "name": "Dewi", "msisdn": "+6281200000024"}]', false) \gset
select count(*) as n from api.import_members('test', 'ANGGREK', '[{"line": 1, "number": 1, "name": "Lilik", "msisdn": "+6281200000061", "role": "sekretaris"}]', false) \gset
create function pg_temp.draft(p jsonb) returns bigint
language plpgsql volatile as $$
declare
    v bigint;
begin
    perform set_config('role', 'kentongan', true);
    v := api.broadcast_draft('ani', p);
    perform set_config('role', 'none', true);
    return v;
end $$;
create function pg_temp.goes(p jsonb) returns text
language plpgsql volatile as $$
begin
    perform api.broadcast_send(pg_temp.draft(p));
    return pg_temp.leave();
end $$;
select is(pg_temp.goes('{"groups": ["melati", "mawar"], "text": "Dua kelompok"}'), '01 02 03 04 23 24 25 51', 'several groups, each number once');
select is((select body from kentongan.outbox where broadcast_id = (pg_temp.last()).id limit 1), 'Dua kelompok', 'as it was written');
select is(pg_temp.goes('{"kecamatan": "PATRANG", "text": "Sekecamatan"}'), '24 51 61', 'a kecamatan');
select is(pg_temp.goes('{"all": true, "roles": ["ketua", "sekretaris"], "text": "Pengurus semua"}'), '02 03 51 61', 'officers of all groups');
select is(pg_temp.goes('{"groups": ["MELATI"], "late": true, "text": "Bu {nama}, {tunggakan}"}'), '23', 'who is in arrears');
select is((select body from kentongan.outbox where broadcast_id = (pg_temp.last()).id), 'Bu SITI A, 110.000', 'with fields');
select throws_ok(format('select api.broadcast_draft(''ani'', %L)', s), code, null, s)
  from (values ('{"text": "x"}', 'KT400'), ('{"all": true}', 'KT400'), ('{"all": true, "text": " "}', 'KT400'),
               ('{"groups": ["TIDAKADA"], "text": "x"}', 'KT404'), ('{"kecamatan": "Entah", "text": "x"}', 'KT404'),
               ('{"all": true, "roles": ["lurah"], "text": "x"}', 'KT400'), ('{"all": true, "text": "{gaji}"}', 'KT400'),
               ('{"numbers": true, "groups": ["MELATI"], "text": "x"}', 'KT400'), ('{"all": true, "text": "x", "kind": "lesson"}', 'KT400'),
               ('{"all": true, "text": "x", "starts": "besok"}', 'KT400'), ('{"all": true, "text": "x", "starts": "2027-01-05 09:00"}', 'KT400'),
               ('{"all": true, "text": "x", "starts": "2027-01-06 09:00", "ends": "2027-01-06 08:00"}', 'KT400')) t (s, code);
savepoint private;
update kentongan.groups set look_pin = true where code = 'MELATI';
select throws_ok($$ select api.broadcast_draft('ani', '{"all": true, "text": "{saldo_wajib}"}') $$, 'KT400', null, 'figures only where looking wants no PIN');
rollback to private;

-- Numbers from a file.
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);
select pg_temp.draft('{"numbers": true, "text": "Yth {nama}, undangan {acara}", "starts": "2027-01-05 12:00", "ends": "2027-01-05 13:00"}') as id \gset
select is(api.broadcast_numbers(:id, array['+6281300000001', '+6281200000023', '+6281300000001'],
                                array['{"nama": "Pak Lurah", "acara": "Senin"}', '{"acara": "Senin"}', '{"nama": "x", "acara": "y"}']::jsonb[]), 2, 'numbers of a file, each once');
select is(api.broadcast_numbers(:id, array['+6281200000023', '+6281200000024'], array['{"acara": "x"}', '{"acara": "Senin"}']::jsonb[]), 1, 'and the next thousand');
select throws_ok(format('select api.broadcast_numbers(%s, %L, %L)', :id, n, f), 'KT400', null, n || f)
  from (values ('{081300000002}', '{"{\"nama\": \"a\", \"acara\": \"b\"}"}'), ('{+6281300000002}', '{"{\"nama\": \"a\"}"}'), ('{+6281300000002}', '{"{\"acara\": \"a\"}"}')) t (n, f);
select is((select string_agg(right(peer, 2) || ' ' || body, '|' order by number nulls first, peer) from api.broadcast_preview(:id)),
          '01 Yth Pak Lurah, undangan Senin|23 Yth SITI A, undangan Senin|24 Yth DEWI, undangan Senin', 'the preview has the first three');
select is((select distinct row(recipients, skipped, parts, longest, at_most, cost, begins)::text from api.broadcast_preview(:id)),
          row(3, '{}'::jsonb, 3, 1, false, 1050, '2027-01-05 12:00+07'::timestamptz)::text, 'and how many, SMS, cost, when');
select api.broadcast_test(:id, '+6281300000009') as test \gset
select is((select right(peer, 1) || (params ->> 'text') || class from kentongan.outbox where id = :test), '9Yth SITI A, undangan Seninnotice', 'a test goes to one number');
select throws_ok(format('select api.broadcast_test(%s, ''0813'')', :id), 'KT400', null, 'a number with its country');
select is((select status || total from api.broadcast_send(:id)), 'waiting0', 'sent at its time');
select throws_ok(format('select api.broadcast_send(%s)', :id), 'KT409', null, 'once');
select throws_ok(format('select api.broadcast_numbers(%s, ''{}'', ''{}'')', :id), 'KT409', null, 'then nothing is added');
select is((select resumes_at from api.broadcast_show(:id)), '2027-01-05 12:00+07'::timestamptz, 'it says when it begins');
select is((select held from api.broadcast_show(:id)), null, 'nothing holds it back');
savepoint held;
update kentongan.channels set credit = 100, credit_low = 10000, credit_at = kentongan.now(), credit_asked_at = kentongan.now();
select matches((select held from api.broadcast_show(:id)), 'kept for answers', 'too little credit');
update kentongan.channels set state = 'no_network';
select is((select held from api.broadcast_show(:id)), 'no modem is ready', 'no modem');
rollback to held;
select pg_temp.clock('2027-01-05 12:00');
select api.timed_work('{}') as swept \gset
select matches(pg_temp.leave(1), '^(01|23|24)$', 'one leaves');
select is((select row(status, total, waiting, sent, delivered, failed, cancelled, skipped, seconds_left is not null)::text from api.broadcast_show(:id)),
          row('running', 3, 2, 1, 0, 0, 0, '{}'::jsonb, true)::text, 'how far it is');
select is(api.broadcast_set('ani', :id, 'paused'), 'paused', 'paused');
select throws_ok(format('select api.broadcast_set(''ani'', %s, ''paused'')', :id), 'KT409', null, 'not twice');
select throws_ok(format('select api.broadcast_set(''ani'', %s, ''done'')', :id), 'KT400', null, 'no such state');
select is(pg_temp.leave(), '', 'nothing leaves');
select pg_temp.clock('2027-01-05 13:00');
select api.timed_work('{}') as swept \gset
select is((select row(status, waiting, sent, expired)::text from api.broadcast_show(:id)), row('done', 0, 1, 2)::text, 'at its end it is over, paused or not');
select is((select string_agg(why, ' ') from api.broadcast_failures(:id)), 'expired expired', 'who didn''t get it is listed');
select throws_ok(format('select api.broadcast_set(''ani'', %s, ''running'')', :id), 'KT409', null, 'over is over');
select throws_ok('select * from api.broadcast_show(999999)', 'KT404', null, 'no such broadcast');
select is((select count(*)::int from kentongan.audit_log where actor = 'operator:ani' and subject = 'S-' || :id), 4, 'draft, test, send, pause are audited');
select is((select string_agg(code || status || sent, ' ') from (select * from api.broadcast_list(null) limit 2) x), format('S-%sdone1 S-%sdone1', :id, :id - 1), 'the list, newest first');
select is((select count(*)::int from api.broadcast_list('MELATI') where group_code <> 'MELATI'), 0, 'of one group');
select pg_temp.draft('{"groups": ["MELATI"], "text": "Tidak jadi"}') as id \gset
select is(api.broadcast_set('ani', :id, 'cancelled'), 'cancelled', 'a draft is thrown away');
select throws_ok(format('select api.broadcast_send(%s)', :id), 'KT409', null, 'and not sent');
select is(village.says(1, 'SIARAN', '{"text": "Milik pengurus"}'), 'siaran', 'an officer''s draft');
select throws_ok(format('select api.broadcast_send(%s)', (pg_temp.last()).id), 'KT409', null, 'isn''t the operator''s to send');
select is(api.broadcast_set('ani', (pg_temp.last()).id, 'cancelled') || village.says(1, 'YA', jsonb_build_object('code', village.otp(1))), 'cancelledsiaran_gone', 'but to stop');
select pg_temp.draft('{"groups": ["ANGGREK"], "text": "Hai"}') as id \gset
update kentongan.members set reminders = false where group_id = (select id from kentongan.groups where code = 'ANGGREK');
select throws_ok(format('select api.broadcast_send(%s)', :id), 'KT409', null, 'one that nobody would get isn''t sent');

-- A draft that isn't wanted leaves nothing but its audit; an officer's isn't the desk's to throw away.
select pg_temp.draft('{"numbers": true, "text": "Yth {nama}"}') as id \gset
select api.broadcast_numbers(:id, array['+6281299990009'], array['{"nama": "A"}'::jsonb]);
select lives_ok(format('select api.broadcast_discard(%s)', :id), 'a draft is discarded');
select is((select count(*)::int from kentongan.broadcasts where id = :id), 0, 'it is gone');
select is((select string_agg(action, ' ' order by id) from kentongan.audit_log where subject = 'S-' || :id), 'broadcast.draft broadcast.discard', 'its audit stays');
select throws_ok(format('select api.broadcast_discard(%s)', :id), 'KT404', null, 'twice is an error');
select throws_ok(format('select api.broadcast_discard(%s)', (select max(id) from kentongan.broadcasts where request_id is not null)), 'KT409', null, 'what an officer asked for isn''t the desk''s');
select pg_temp.draft('{"groups": ["MELATI"], "text": "Ditinggal"}') as id \gset
select kentongan.broadcasts_end(kentongan.now() + interval '23 hours');
select is((select status from kentongan.broadcasts where id = :id), 'draft', 'one that was left behind stays a day');
select kentongan.broadcasts_end(kentongan.now() + interval '25 hours');
select is((select count(*)::int from kentongan.broadcasts where id = :id), 0, 'then it is dropped');

create function pg_temp.ask(p jsonb) returns bigint
language plpgsql volatile as $$
declare
    v bigint := pg_temp.draft(p);
begin
    perform api.broadcast_send(v);
    return v;
end $$;
-- Each group's own measure of how many a day, in a broadcast to several.
select pg_temp.clock('2027-02-01 10:00');
update kentongan.members set reminders = true;
update kentongan.groups set broadcasts_a_day = case code when 'MELATI' then 1 else 6 end;
select pg_temp.ask('{"all": true, "text": "Pertama"}') as id \gset
select is((select count(*)::int from kentongan.broadcast_skips where broadcast_id = :id and reason = 'often'), 0, 'the first of a day goes to all');
select is((select min(body) from api.message_list(null, null, 100) where direction = 'out' and state = 'queued' and detail like 'operator%'), 'Pertama', 'a message of it that waits shows the wording');
select pg_temp.ask(jsonb_build_object('all', true, 'text', 'Lagi ' || n)) from generate_series(2, 5) n;
select is((select string_agg(distinct g.code, ' ') from kentongan.broadcast_skips s join kentongan.members m on m.id = s.member_id join kentongan.groups g on g.id = m.group_id
            where s.broadcast_id = (pg_temp.last()).id and s.reason = 'often'), 'MELATI', 'later ones not to the group that allows one');
select cmp_ok((pg_temp.last()).total, '>', 0, 'but to those that allow more than four');

-- --- counts --------------------------------------------------------------------------------------------------------
create temporary table counted as select b.id, n.* from kentongan.broadcasts b, kentongan.broadcast_counted(b.id) n;
select is_empty($$
    select c.id from counted c
      full join (select broadcast_id, count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'sent') as sent,
                        count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'failed') as failed,
                        count(*) filter (where status = 'expired') as expired, count(*) filter (where status = 'uncertain') as uncertain,
                        count(*) filter (where status = 'sending') as sending
                   from kentongan.outbox where broadcast_id is not null group by 1) o on o.broadcast_id = c.id
     where (c.queued, c.sending, c.sent, c.failed, c.cancelled, c.expired, c.uncertain)
           <> (coalesce(o.queued, 0), coalesce(o.sending, 0), coalesce(o.sent, 0), coalesce(o.failed, 0), coalesce(o.cancelled, 0),
               coalesce(o.expired, 0), coalesce(o.uncertain, 0)) $$, 'the counts are those of the messages');
update kentongan.broadcast_counts set at = at - interval '11 minutes' where at > '-infinity';
select cmp_ok(kentongan.broadcast_counts_fold(), '>', 10, 'old counts are added up');
select is((select count(*)::int from kentongan.broadcast_counts where at > '-infinity'), 0, 'all of them');
select is_empty($$ select * from counted except select b.id, n.* from kentongan.broadcasts b, kentongan.broadcast_counted(b.id) n $$, 'and say the same');
select is(kentongan.broadcast_counts_fold(), 0, 'then there is nothing to add up');

-- --- many: a sample stands for all -----------------------------------------------------------------------------------
select pg_temp.draft('{"numbers": true, "text": "Yth {nama}"}') as id \gset
insert into kentongan.broadcast_numbers (broadcast_id, peer, fields)
select :id, '+62815' || lpad(n::text, 7, '0'), jsonb_build_object('nama', repeat('x', 170)) from generate_series(1, 5001) n;
select is((select distinct row(recipients, parts, longest, at_most)::text from api.broadcast_preview(:id)), row(5001, 10002, 2, true)::text, 'above 5,000 the longest of a sample counts for each: at most');

select * from finish();
rollback;
