-- A meeting's cash that doesn't come to its list: a little is one officer's
-- word, more wants a second one's, and a little again and again adds up.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at)
select id, sha256(convert_to('pin' || number, 'UTF8')), now() from kentongan.members where group_id = village.group_id() and number <= 4;

create function pg_temp.code(p_from int, p_command text default 'YA') returns text
language sql as $$
    select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => sha256(convert_to('pin' || p_from, 'UTF8')))
$$;
-- A list of two, counted and confirmed by its officer.
create function pg_temp.meets(p_from int, p_total bigint, p_counted bigint) returns text
language sql as $$
    select village.says(p_from, 'CATAT', jsonb_build_object('member', 24, 'amount', p_total - 10000)) || ' '
        || village.says(p_from, 'CATAT', '{"member": 27, "amount": 10000}') || ' '
        || village.says(p_from, 'HITUNG', jsonb_build_object('amount', p_counted)) || ' ' || pg_temp.code(p_from)
$$;
create function pg_temp.short() returns bigint
language sql as $$ select -kentongan.balance(village.group_id(), 'over_short') $$;

-- --- a little ----------------------------------------------------------------------------
select is(pg_temp.meets(1, 100000, 98000), 'catat catat hitung batch', 'a fiftieth is the officer''s own word');
select is(village.answers(), '01 receipt receipt_batch_officer, 24 receipt receipt_batch, 02 notice batch_difference, 04 notice batch_difference', 'but chair and supervisor hear of it');
select is(pg_temp.short(), 2000::bigint, 'it is written off');
select is((select second_id from kentongan.journal_entries order by id desc limit 1), null::bigint, 'by her alone');

-- --- more --------------------------------------------------------------------------------
select is(pg_temp.meets(2, 100000, 60000), 'catat catat hitung request_waits', 'the chair counts much less');
select is(village.answers(), '03 notice batch_officer, 02 reply request_waits', 'another officer is asked');
select is(concat_ws(' ', village.param('batch_officer', 'asker'), village.param('batch_officer', 'amount'), village.param('batch_officer', 'counted'),
                    village.param('batch_officer', 'gap'), village.param('batch_officer', 'apart')), 'KARTINI 100000 60000 short 40000', 'with list, cash and difference');
select is(village.saved(24) || ' ' || village.cash(2) || ' ' || pg_temp.short(), '90000 0 2000', 'nothing has moved');
select is(village.says(2, 'CATAT', '{"member": 23, "amount": 5000}'), 'list_waits', 'the list stays as it was counted');
select is(village.says(2, 'CATAT', '{"member": 24, "undo": "HAPUS"}') || village.says(2, 'SELESAI') || village.says(2, 'HITUNG', '{"amount": 100000}'),
          'list_waitslist_waitslist_waits', 'whatever she wants with it');
select is(village.says(2, 'SAH', jsonb_build_object('code', village.otp(3)), pin => sha256('pin2')), 'code_wrong', 'she can''t agree herself');
select village.later('30 hours');
select api.timed_work('{}') as swept \gset
select is((select status from kentongan.batches order by id desc limit 1), 'counting', 'while that is waited for the list isn''t dropped');
select is(village.says(3, 'TOLAK', jsonb_build_object('code', village.otp(3), 'text', 'hitung lagi')), 'tolak', 'the other says no');
select is(village.answers(), '03 reply request_rejected, 02 notice request_rejected', 'and she learns it');
select is(village.says(2, 'HITUNG', '{"amount": 95000}') || pg_temp.code(2), 'hitungrequest_waits', 'counted again, it is still much');
select is(pg_temp.code(3, 'SAH'), 'batch', 'now the other agrees');
select is(village.answers(), '03 receipt receipt_batch_officer, 02 receipt receipt_batch_officer, 24 receipt receipt_batch, 04 notice batch_difference',
          'both officers and the members get receipts, the supervisor hears of it');
select is(village.param('receipt_batch_officer', 'officer') || ' ' || village.param('receipt_batch_officer', 'second'), 'KARTINI RATNA DEWI', 'which names both');
select is(village.cash(2) || ' ' || village.cash(3) || ' ' || pg_temp.short(), '95000 0 7000', 'the cash is who counted it''s');
select is((select row(actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1), row(village.member(2), village.member(3))::text, 'in an entry of both');
select is((select row(officer_id, booked, counted)::text from kentongan.cash_counts order by id desc limit 1), row(village.member(2), 100000, 95000)::text, 'it is her count');
select is(pg_temp.meets(2, 100000, 103000), 'catat catat hitung request_waits', 'much too much, too');
select is(village.says(2, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'she takes it back');
select is(village.says(2, 'CATAT', '{"member": 24, "undo": "HAPUS"}') || village.says(2, 'CATAT', '{"member": 27, "undo": "HAPUS"}'), 'catat_removedcatat_removed', 'and may write again');

-- --- a little again and again -----------------------------------------------------------------
select is(pg_temp.meets(1, 100000, 99900), 'catat catat hitung request_waits', 'with the 2000 of yesterday it is more than a fiftieth');
select is(village.param('request_waits', 'apart') || ' ' || (select params ->> 'missing' from kentongan.outbox where template = 'batch_officer' order by id desc limit 1), '100 2100', 'which the other reads');
select is(pg_temp.code(2, 'SAH'), 'batch', 'with another''s word it goes');
select is(pg_temp.meets(1, 110000, 109900), 'catat catat hitung batch', 'what another agreed to doesn''t count: 2100 of 2200');
select is(pg_temp.meets(1, 110000, 110100), 'catat catat hitung batch', 'nor does a little too much');
select is(pg_temp.meets(1, 110000, 109800), 'catat catat hitung request_waits', 'one little more, and it does');
select is(village.says(1, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'taken back');
select village.later('31 days');
select is(pg_temp.meets(1, 110000, 109800), 'catat catat hitung batch', 'after thirty days it is forgotten');

-- --- the only one on a list ----------------------------------------------------------------------
select is(village.says(1, 'CATAT', '{"member": 2, "amount": 50000}') || village.says(1, 'HITUNG', '{"amount": 10000}') || pg_temp.code(1),
          'catathitungrequest_waits', 'the chair''s money alone');
select is(village.answers(), '03 notice batch_officer, 01 reply request_waits', 'isn''t for the chair to agree to');
select is(pg_temp.code(3, 'SAH'), 'batch', 'but for the secretary');

-- --- what changed while it waited -------------------------------------------------------------------
select is(pg_temp.meets(1, 100000, 50000), 'catat catat hitung request_waits', 'one more');
update kentongan.members set status = 'left' where id = village.member(27);
select is(pg_temp.code(2, 'SAH'), 'batch_line_bad', 'somebody on it has left since');
select is(village.answers(), '02 reply batch_line_bad, 01 notice batch_line_bad', 'both officers are told');
select is((select b.status || r.status from kentongan.batches b, kentongan.requests r where r.id = (village.request()).id order by b.id desc limit 1), 'openrejected', 'the list is open again');

select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_requests()', 'requests agree with entries');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
set constraints all immediate;
select * from finish();
rollback;
