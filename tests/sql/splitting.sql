-- A threshold holds for what one officer alone lets go to a member within a day,
-- however it is split; and what is taken back after that is free again.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), decode(md5(n::text), 'hex'), now() from unnest(array[1, 2, 3, 23]) n;
select api.group_set('test', 'MELATI', '{"loan_second_above": 1000000}');
create function pg_temp.sah(p_number int) returns text
language sql as $$ select village.says(p_number, 'SAH', jsonb_build_object('code', village.otp(p_number)), pin => decode(md5(p_number::text), 'hex')) $$;
create function pg_temp.asks(p_command text, p_args jsonb) returns text
language sql as $$
    select village.says(23, p_command, p_args) || ' '
        || village.says(23, 'KODE', jsonb_build_object('code', village.otp(23)), pin => decode(md5('23'), 'hex'))
$$;
create function pg_temp.takes() returns text
language sql as $$ select village.says(23, 'AMBIL', jsonb_build_object('code', village.otp(23))) $$;
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
    kentongan.account(village.group_id(), 'sukarela', village.member(23)), kentongan.account(village.group_id(), 'bank')],
    array[9000000, -4000000, -5000000], village.member(1));

-- --- withdrawals ------------------------------------------------------------------------------
select is(pg_temp.asks('TARIK', '{"amount": 600000}') || ' ' || pg_temp.sah(1) || ' ' || pg_temp.takes(), 'tarik request_waits request_approved ambil', 'below the threshold one officer is enough');
select is(pg_temp.asks('TARIK', '{"amount": 400000}') || ' ' || pg_temp.sah(1), 'tarik request_waits request_approved', 'and up to it, together with the first');
select is(pg_temp.asks('TARIK', '{"amount": 1000}'), 'tarik request_waits', 'a little more');
select is(pg_temp.sah(1) || ' ' || village.answers(), 'request_half 01 reply request_waits, 02 notice withdrawal_officer', 'is too much for one officer');
select is(pg_temp.sah(2), 'request_approved', 'a second agrees');
select is(pg_temp.takes() || ' ' || (village.answers() ~ '04 notice withdrawal_copy'), 'ambil true', 'and the supervisor hears of it as of a large one');
select is(pg_temp.asks('TARIK', '{"amount": 1000}') || ' ' || pg_temp.sah(1), 'tarik request_waits request_half', 'what two agreed to adds nothing, what one did still counts');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'taken back');
select is(village.says(25, 'TARIK', '{"amount": 1000, "member": 25}') || village.answers(), 'pin_first25 reply pin_first', 'another member is another');
select village.later('25 hours');
select is(pg_temp.asks('TARIK', '{"amount": 1000000}') || ' ' || pg_temp.sah(1), 'tarik request_waits request_approved', 'a day later the sum begins anew');

-- --- taken back after it was agreed to --------------------------------------------------------------
select kentongan.cash_promised(village.member(1)) as promised \gset
select is(village.says(23, 'TARIK', '{"amount": 2999001}'), 'withdrawal_short', 'what is agreed to is held');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (select code from kentongan.requests where amount = 1000000))), 'batal', 'BATAL after SAH');
select is(village.answers(), '23 reply request_cancelled, 01 notice request_taken_back', 'the officer hears: don''t pay');
select is(:promised - kentongan.cash_promised(village.member(1)), 1000000::bigint, 'the cash is free again');
select is(pg_temp.takes(), 'code_done', 'the money can''t be taken any more');
select is(pg_temp.asks('TARIK', '{"amount": 3999000}'), 'tarik request_waits', 'nor are the savings held');
select is(pg_temp.sah(1) || ' ' || pg_temp.sah(2), 'request_half request_approved', 'and go to whoever asks next');
select is(pg_temp.takes(), 'ambil', 'and is taken');

-- --- loans ------------------------------------------------------------------------------------------
select is(pg_temp.asks('PINJAM', '{"amount": 900000, "count": 3}') || ' ' || pg_temp.sah(1) || ' ' || pg_temp.takes(), 'pinjam request_waits request_approved ambil', 'a loan by one officer');
select is(pg_temp.asks('PINJAM', '{"amount": 200000, "count": 3}') || ' ' || pg_temp.sah(1), 'pinjam request_waits request_half', 'a second one the same day wants two');
select is(pg_temp.sah(2), 'request_approved', 'who agree');
select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
