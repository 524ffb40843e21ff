-- The way of a request, whatever its kind: said again, decided, taken; and each
-- way in which it ends before.
begin;
select * from no_plan();
select village.build();

create function pg_temp.pin(p_text text) returns bytea
language sql immutable as $$ select decode(md5(p_text), 'hex') $$;
create function pg_temp.code(p_number int) returns jsonb
language sql volatile as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
create function pg_temp.asks(p_number int, p_kind text, p_member int default null, p_amount bigint default null) returns text
language sql volatile as $$
    select village.says(p_number, 'UJI', jsonb_strip_nulls(jsonb_build_object('kind', p_kind, 'about', p_member, 'amount', p_amount)))
$$;
-- With the own PIN: of everybody it is 'own' and the number.
create function pg_temp.sah(p_number int, p_command text default 'SAH') returns text
language sql volatile as $$
    select village.says(p_number, p_command, pg_temp.code(p_number), pin => pg_temp.pin('own' || p_number))
$$;
create function pg_temp.state() returns text
language sql volatile as $$
    select r.status || ' ' || coalesce(f.number::text, '-') || ' ' || coalesce(d.number::text, '-')
      from village.request() r left join kentongan.members f on f.id = r.first_officer left join kentongan.members d on d.id = r.decided_by
$$;
create function pg_temp.open_codes() returns bigint
language sql volatile as $$
    select count(*) from kentongan.one_time_codes where request_id = (village.request()).id and closed_at is null
$$;
-- The sweep; who was told what by it.
create function pg_temp.expiry() returns text
language plpgsql volatile as $$
declare
    v_last bigint := (select coalesce(max(id), 0) from kentongan.outbox);
begin
    perform api.timed_work('{}');
    return (select coalesce(string_agg(format('%s %s', right(peer, 2), template), ', ' order by template, peer), 'nobody')
              from kentongan.outbox where id > v_last and template like '%expired%');
end $$;

-- Kinds that nothing is known of, and a command that asks for them; what would
-- be done is only counted.
create function kentongan.cmd_uji(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.request_kinds := (select k from kentongan.request_kinds k where kind = a ->> 'kind');
    r kentongan.requests;
begin
    r := kentongan.request_open(c, k.kind, c.group_id,
        case when k.asked_by = 'member' then c.member_id else village.member((a ->> 'about')::int) end,
        case when k.asked_by = 'officer' then c.member_id end, (a ->> 'amount')::bigint);
    return r.status;
end $$;
create table village.done (kind text, request_id bigint, officer bigint, first bigint, cashier bigint, amount bigint);
grant all on village.done to public;
create function village.do(r kentongan.requests, p_officer bigint) returns text
language sql volatile as $$
    insert into village.done values (r.kind, r.id, p_officer, r.first_officer, r.cashier_id, r.final_amount) returning 'done'
$$;
insert into kentongan.request_kinds (kind, confirm, officers, decide, takes, asked_by) values
    ('uji_ambil', 'pin', 'two', 'SAH', true, 'member'),
    ('uji_besar', 'code', 'above', 'SAH', true, 'member'),
    ('uji_dua', 'pin', 'two', 'SAH', false, 'officer'),
    ('uji_grup', 'pin', 'two', 'SAH', false, 'officer');
do $$
declare
    k text;
begin
    foreach k in array '{uji_ambil,uji_besar,uji_dua,uji_grup}'::text[] loop
        execute format('create function kentongan.%I(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
                        language sql volatile as $f$ select village.do(r, p_officer) $f$', 'do_' || k);
    end loop;
end $$;
create function pg_temp.done() returns text
language sql volatile as $$
    select coalesce(string_agg(format('%s by %s and %s, cash of %s, %s', d.kind, coalesce(f.number::text, '-'), o.number,
                                      coalesce(c.number::text, '-'), coalesce(d.amount::text, '-')), '; '), 'nothing')
      from village.done d join kentongan.members o on o.id = d.officer
      left join kentongan.members f on f.id = d.first left join kentongan.members c on c.id = d.cashier
     where d.request_id = (village.request()).id
$$;
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), pg_temp.pin('own' || n), now() from unnest(array[1, 2, 3, 23, 24]) n;

-- --- a member asks, officers decide, the money is taken -----------------------------------------
select is(pg_temp.asks(23, 'uji_ambil', null, 300000), 'confirming', 'a request');
select is(village.answers(), '23 reply uji_ambil_confirm', 'is put to who asked, before anybody else hears of it');
select is(village.says(23, 'KODE', pg_temp.code(23)), 'pin_wanted', 'a kind that wants code and PIN');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('own1')), 'pin_wrong', 'wants the own one');
select is(pg_temp.sah(23, 'AMBIL'), 'code_wrong', 'AMBIL is no answer to that');
select is(pg_temp.state(), 'confirming - -', 'until then nothing has happened');
select is(pg_temp.sah(23, 'KODE'), 'request_waits', 'code and PIN');
select is(village.answers(), '01 notice uji_ambil_officer, 23 reply request_waits', 'the first officer is asked');
select is(pg_temp.state() || pg_temp.open_codes(), 'pending - -1', 'and it waits');
select is(pg_temp.sah(23, 'KODE'), 'code_done', 'said once more: once');
select is(village.answers() || village.param('code_done', 'status'), '23 reply code_donepending', 'and what became of it');
select is(village.says(1, 'SAH', pg_temp.code(1)), 'pin_wanted', 'an officer agrees with the PIN');
select is(village.says(23, 'SAH', pg_temp.code(1), pin => pg_temp.pin('own23')), 'code_wrong', 'only the officer, not who asked');
select is(pg_temp.sah(1), 'request_half', 'a kind for two: half');
select is(village.answers(), '01 reply request_waits, 02 notice uji_ambil_officer', 'another one is asked');
select is(pg_temp.state() || pg_temp.done(), 'pending 1 -nothing', 'nothing is done');
select village.otp(1) as first \gset
select is(pg_temp.sah(1), 'code_done', 'the first is not the second');
select is(village.says(1, 'SAH', pg_temp.code(2), pin => pg_temp.pin('own1')), 'code_wrong', 'not with the other''s code either');
select is(village.says(1, 'SAH', pg_temp.code(2), pin => pg_temp.pin('own2')), 'code_wrong', 'nor with the other''s code and PIN');
select is(pg_temp.sah(2), 'request_approved', 'the second agrees');
select is(village.answers(), '02 reply request_hand_over, 01 notice request_hand_over, 23 notice uji_ambil_take', 'cash may be handed over; who gets it has a code of her own');
select is(pg_temp.state() || pg_temp.done(), 'approved 1 2nothing', 'nothing is posted before it is taken');
select is(pg_temp.sah(2), 'code_done', 'agreed twice: once');
select is(village.param('code_done', 'status') || village.param('code_done', 'amount'), 'approved300000', 'and says how it stands');
select is(village.says(1, 'AMBIL', pg_temp.code(23)), 'code_wrong', 'an officer can''t say that the member has it');
select is(village.says(23, 'AMBIL', pg_temp.code(23)), 'done', 'AMBIL with the code');
select is(pg_temp.done(), 'uji_ambil by 1 and 2, cash of 1, 300000', 'does it, with both officers and whose cash');
select is(pg_temp.state() || pg_temp.open_codes(), 'posted 1 20', 'posted; no code is left');
select is(village.says(23, 'AMBIL', pg_temp.code(23)), 'code_done', 'AMBIL again: once');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal_late', 'too late for BATAL');
select is((select count(*) from village.done), 1::bigint, 'done once');

-- Up to the threshold one officer is enough.
select is(pg_temp.asks(24, 'uji_besar', null, 1000000) || village.says(24, 'KODE', pg_temp.code(24)), 'confirmingrequest_waits', 'a kind that wants the code only');
select right(peer, 2)::int as who from kentongan.outbox where message_id = village.heard() and template = 'uji_besar_officer' \gset
select is(pg_temp.sah(:who), 'request_approved', 'at the threshold one officer is enough');
select is(village.says(24, 'KODE', pg_temp.code(24)), 'done', 'the code alone means AMBIL, too');
select is(pg_temp.asks(24, 'uji_besar', null, 1000001) || village.says(24, 'KODE', pg_temp.code(24)), 'confirmingrequest_waits', 'above it');
select is(pg_temp.sah(:who), 'request_half', 'two');
select is(village.says(24, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'taken back');

-- --- an officer asks ------------------------------------------------------------------------------
select is(pg_temp.asks(1, 'uji_dua', 23, 50000), 'confirming', 'an officer asks');
select is(pg_temp.sah(1, 'YA') || pg_temp.state(), 'request_waitspending 1 -', 'and is the first of two');
select is(village.answers(), '02 notice uji_dua_officer, 01 reply request_waits', 'the chair is asked');
select is(village.param('uji_dua_officer', 'asker') || village.param('uji_dua_officer', 'name'), 'SRI WAHYUNISITI A', 'who asks, about whom');
select is(pg_temp.sah(2) || pg_temp.done(), 'doneuji_dua by 1 and 2, cash of 1, 50000', 'done with the second');
select is(pg_temp.asks(1, 'uji_dua', 2, 50000) || pg_temp.sah(1), 'confirmingrequest_waits', 'about the chair');
select is(village.answers(), '03 notice uji_dua_officer, 01 reply request_waits', 'the secretary is asked, not whom it concerns');
select is(pg_temp.sah(3), 'done', 'who agrees');
select is(pg_temp.asks(2, 'uji_grup') || pg_temp.sah(2), 'confirmingrequest_waits', 'about the group');
select is(village.param('request_waits', 'name'), null, 'no member''s name stands in it');
select is(village.param('uji_grup_officer', 'name') || 'x', null, 'nor in what the other reads');
select is(pg_temp.sah(1) || pg_temp.done(), 'doneuji_grup by 2 and 1, cash of 2, -', 'done');
select is(village.says(1, 'SAH', pg_temp.code(1), pin => pg_temp.pin('own1')) || coalesce(village.param('code_done', 'name'), '-'),
          'code_done-', 'its code again: no name either');

-- --- said no, taken back, replaced ------------------------------------------------------------------
select is(pg_temp.asks(23, 'uji_ambil', null, 1000) || pg_temp.asks(23, 'uji_ambil', null, 2000), 'confirmingconfirming', 'asked twice');
select is((select array_agg(status order by id) from kentongan.requests where kind = 'uji_ambil' and amount in (1000, 2000)), array['cancelled', 'confirming'], 'the second replaces the first');
select is((select count(*) from kentongan.one_time_codes where person_id = village.member(23) and closed_at is null), 1::bigint, 'with its code');
select is(pg_temp.asks(24, 'uji_ambil', null, 3000), 'confirming', 'another member''s');
select is((select count(*) from kentongan.requests where kind = 'uji_ambil' and status = 'confirming'), 2::bigint, 'is another one''s');
select is(village.says(24, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'BATAL before it is confirmed');
select is(village.answers() || pg_temp.open_codes(), '24 reply request_cancelled0', 'nobody else hears of it');
select is(pg_temp.sah(24, 'KODE'), 'code_done', 'its code is over');

select is(pg_temp.sah(23, 'KODE'), 'request_waits', 'confirmed');
select is((select status from kentongan.requests where kind = 'uji_ambil' and amount = 2000), 'pending', 'it waits');
select is(pg_temp.asks(23, 'uji_ambil', null, 4000), 'confirming', 'asked again');
select is((select status from kentongan.requests where kind = 'uji_ambil' and amount = 2000), 'pending', 'what officers have been asked stays');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'the new one taken back');
select code as code from kentongan.requests where kind = 'uji_ambil' and amount = 2000 \gset
select is(village.says(24, 'BATAL', jsonb_build_object('code', :'code'::text)), 'code_unknown', 'nobody takes back another''s');
select is(village.says(23, 'BATAL', jsonb_build_object('code', :'code'::text)), 'batal', 'who asked does');
select is(village.answers(), '23 reply request_cancelled, 01 notice request_cancelled', 'the officer hears of it');
select is(pg_temp.sah(1), 'code_done', 'whose code is over');

select is(pg_temp.asks(23, 'uji_ambil', null, 5000) || pg_temp.sah(23, 'KODE') || pg_temp.sah(1) || pg_temp.sah(2), 'confirmingrequest_waitsrequest_halfrequest_approved', 'approved');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'and taken back');
select is(village.answers(), '23 reply request_cancelled, 01 notice request_taken_back, 02 notice request_taken_back', 'the cashier hears of it');
select is(village.says(23, 'AMBIL', pg_temp.code(23)) || pg_temp.done(), 'code_donenothing', 'nothing can be taken');

select is(pg_temp.asks(23, 'uji_ambil', null, 6000) || pg_temp.sah(23, 'KODE'), 'confirmingrequest_waits', 'asked');
select is(village.says(1, 'TOLAK', pg_temp.code(1) || '{"text": "tunggu rapat"}'), 'tolak', 'the first officer says no');
select is(village.answers() || ' ' || village.param('request_rejected', 'reason'), '01 reply request_rejected, 23 notice request_rejected tunggu rapat', 'who asked hears why');
select is(pg_temp.state() || pg_temp.open_codes(), 'rejected - 10', 'it is over');
select is(pg_temp.asks(23, 'uji_ambil', null, 7000) || pg_temp.sah(23, 'KODE') || pg_temp.sah(1), 'confirmingrequest_waitsrequest_half', 'half agreed');
select is(village.says(1, 'TOLAK', pg_temp.code(1) || '{"text": "x"}'), 'code_done', 'the first has spoken');
select is(village.says(2, 'TOLAK', pg_temp.code(2) || '{"text": "tidak"}'), 'tolak', 'the second says no');
select is((select array_agg(right(peer, 2) || ' ' || template order by peer) from kentongan.outbox where message_id = village.heard()),
          array['01 request_rejected', '02 request_rejected', '23 request_rejected'], 'all three hear of it');

-- --- too late ----------------------------------------------------------------------------------------
select is(pg_temp.asks(23, 'uji_ambil', null, 8000), 'confirming', 'asked');
select village.later('9 minutes');
select is(pg_temp.expiry(), 'nobody', 'nine minutes are not too late');
select village.later('1 minute');
select is(pg_temp.sah(23, 'KODE') || pg_temp.state(), 'code_oldconfirming - -', 'ten are, before the sweep, too');
select is(pg_temp.expiry() || pg_temp.state(), 'nobodyexpired - -', 'it ends in silence: nobody had heard of it');
select is(pg_temp.sah(23, 'KODE') || village.param('code_done', 'status'), 'code_doneexpired', 'its code is over');
select is((select details ->> 'stage' from kentongan.audit_log where action = 'request.expired' order by id desc limit 1), 'confirming', 'audited with its stage');

select is(pg_temp.asks(23, 'uji_ambil', null, 9000) || pg_temp.sah(23, 'KODE'), 'confirmingrequest_waits', 'confirmed');
select village.later('72 hours');
select is(pg_temp.sah(1), 'code_expired', 'after three days an officer''s word is too late');
select is(village.says(1, 'TOLAK', pg_temp.code(1) || '{"text": "x"}'), 'code_expired', 'a no as well');
select is(pg_temp.expiry() || pg_temp.open_codes(), '23 request_expired0', 'who asked is told');
select is(pg_temp.asks(23, 'uji_ambil', null, 9100) || pg_temp.sah(23, 'KODE') || pg_temp.sah(1), 'confirmingrequest_waitsrequest_half', 'half agreed');
select village.later('72 hours');
select is(pg_temp.sah(2), 'code_expired', 'too late for the second');
select is(pg_temp.expiry(), '23 request_expired', 'who asked is told');

select is(pg_temp.asks(23, 'uji_ambil', null, 9200) || pg_temp.sah(23, 'KODE') || pg_temp.sah(1) || pg_temp.sah(2), 'confirmingrequest_waitsrequest_halfrequest_approved', 'approved');
select village.otp(23) as otp \gset
select village.later('6 days 23 hours');
select is(pg_temp.expiry(), 'nobody', 'a week to take it');
select village.later('1 hour');
select is(village.says(23, 'AMBIL', jsonb_build_object('code', :'otp'::text)), 'code_old', 'not longer');
select is(pg_temp.expiry(), '23 request_expired, 01 request_expired_chair, 02 request_expired_chair', 'cash may have changed hands: chair and cashier hear, too');
select is(pg_temp.done() || pg_temp.expiry(), 'nothingnobody', 'once');

select is(pg_temp.asks(1, 'uji_dua', 23, 9300) || pg_temp.sah(1), 'confirmingrequest_waits', 'an officer''s own');
select village.later('72 hours');
select is(pg_temp.expiry(), '01 request_expired', 'the officer is told, not whom it concerns');

-- --- who may not --------------------------------------------------------------------------------------
select is(pg_temp.asks(1, 'uji_dua', 23, 9400), 'confirming', 'an officer asks');
select village.otp(1) as otp \gset
select api.officer_set('test', 'MELATI', 1, 'bendahara', false);
select is(village.says(1, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('own1')), 'code_wrong', 'whose office ended before the code came back');
select is(pg_temp.state(), 'confirming - -', 'asks nothing');
select api.officer_set('test', 'MELATI', 1, 'bendahara', true);
select is(village.says(1, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('own1')), 'request_waits', 'in office, yes');
select api.officer_set('test', 'MELATI', 2, 'ketua', false);
select is(pg_temp.sah(2), 'code_done', 'nor does one agree whose office has ended');
update kentongan.one_time_codes set closed_at = null where person_id = village.member(2) and request_id = (village.request()).id;
select is(pg_temp.sah(2), 'code_wrong', 'not even with a code that stayed open');
select api.officer_set('test', 'MELATI', 2, 'pengawas', true);
select is(pg_temp.sah(2), 'code_wrong', 'or who only supervises');
select is(pg_temp.done(), 'nothing', 'nothing is done');
select api.officer_set('test', 'MELATI', 2, 'pengawas', false);
select api.officer_set('test', 'MELATI', 2, 'ketua', true);
update kentongan.one_time_codes set closed_at = null where person_id = village.member(2) and request_id = (village.request()).id;
select is(village.says(2, 'BLOKIR'), 'blokir', 'a blocked phone');
select is(pg_temp.sah(2) || village.says(2, 'TOLAK', pg_temp.code(2) || '{"text": "x"}'), 'blockedblocked', 'says neither yes nor no');
select is(pg_temp.done() || pg_temp.state(), 'nothingpending 1 -', 'nothing is done');
select api.member_unblock('test', 'MELATI', 2);
select is(pg_temp.sah(3), 'done', 'the next officer was asked and does');
select is(pg_temp.asks(23, 'uji_ambil', null, 9500) || pg_temp.sah(23, 'KODE') || pg_temp.sah(1) || pg_temp.sah(2), 'confirmingrequest_waitsrequest_halfrequest_approved', 'approved');
select is(village.says(24, 'BLOKIR', '{"group": "MELATI", "member": 23}'), 'blokir', 'and then the phone is blocked');
select is(village.says(23, 'AMBIL', pg_temp.code(23)) || pg_temp.done(), 'blockednothing', 'a thief takes nothing');
select api.member_unblock('test', 'MELATI', 23);
select is(village.says(23, 'AMBIL', pg_temp.code(23)), 'done', 'the owner does');

-- Who decides never shares a phone with whom it concerns, nor with the other one, even if it came so later.
select is(pg_temp.asks(24, 'uji_ambil', null, 9600) || pg_temp.sah(24, 'KODE') || pg_temp.sah(1), 'confirmingrequest_waitsrequest_half', 'half agreed by the treasurer');
select village.otp(2) as otp \gset
update kentongan.member_phones set phone_id = (select phone_id from kentongan.member_phones where member_id = village.member(1) and until is null)
 where member_id = village.member(2) and until is null;
select is(village.says(1, 'SAH', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('own2')), 'not_officer', 'one phone is not two officers');
select is(pg_temp.done() || pg_temp.state(), 'nothingpending 1 -', 'nothing is done');

-- Nobody left.
select village.later('8 days');
select isnt(pg_temp.expiry(), 'nobody', 'what waits ends');
select is(pg_temp.asks(3, 'uji_grup') || pg_temp.sah(3), 'confirmingrequest_waits', 'two on one phone still are somebody else');
select api.officer_set('test', 'MELATI', n, r, false) from (values (1, 'bendahara'), (2, 'ketua')) v(n, r);
select is(pg_temp.asks(3, 'uji_grup') || pg_temp.sah(3), 'confirmingrequest_nobody', 'without another officer');
select is(village.answers() || pg_temp.state() || pg_temp.open_codes(), '03 reply request_nobodycancelled 3 -0', 'who asked is told, and it is over');

select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty($$ select id from kentongan.requests where decided_by = first_officer and status = 'posted' $$, 'never one officer twice');
select is_empty($$ select id from kentongan.requests where decided_by = member_id and status in ('posted', 'approved') $$, 'never on one''s own');
select * from finish();
rollback;
