-- TARIK: savings come out by code and PIN, officers' word and AMBIL.
begin;
select * from no_plan();
select village.build();

create function pg_temp.pin(p_number int) returns bytea
language sql as $$ select decode(md5('pin' || p_number), 'hex') $$;
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), pg_temp.pin(n), now() from unnest(array[1, 2, 3, 23, 25]) n;
create function pg_temp.code(p_number int) returns jsonb
language sql as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
-- Asks and confirms.
create function pg_temp.asks(p_number int, p_amount bigint, p_product text default null) returns text
language sql as $$
    select village.says(p_number, 'TARIK', jsonb_strip_nulls(jsonb_build_object('amount', p_amount, 'product', p_product)))
        || ' ' || village.says(p_number, 'KODE', pg_temp.code(p_number), pin => pg_temp.pin(p_number))
$$;
create function pg_temp.agrees(p_number int) returns text
language sql as $$ select village.says(p_number, 'SAH', pg_temp.code(p_number), pin => pg_temp.pin(p_number)) $$;
create function pg_temp.takes(p_number int) returns text
language sql as $$ select village.says(p_number, 'AMBIL', pg_temp.code(p_number)) $$;
-- Cash for an officer, as a deposit of member 24.
create function pg_temp.cash(p_number int, p_amount bigint) returns void
language plpgsql as $$
begin
    perform kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(p_number)),
        kentongan.account(village.group_id(), 'bank')], array[p_amount, -p_amount], village.member(p_number));
end $$;

-- --- the way of a small one ------------------------------------------------------------
select pg_temp.cash(1, 500000);
select is(village.says(23, 'TARIK', '{"amount": 100000}'), 'tarik', 'a member asks');
select is(village.answers(), '23 reply withdrawal_confirm', 'and must say so again');
select is((village.request()).status, 'confirming', 'nobody else hears of it yet');
select is(village.says(23, 'KODE', pg_temp.code(23)), 'pin_wanted', 'the code alone isn''t enough');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin(1)), 'pin_wrong', 'another PIN neither');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin(23)), 'request_waits', 'code and PIN are');
select is(village.answers(), '01 notice withdrawal_officer, 23 reply request_waits', 'the treasurer is asked');
select is(village.says(23, 'SALDO') || coalesce(village.param('saldo', 'pending'), ''), 'saldo', 'what goes out is no money that waits to come in');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'pin_wanted', 'who must add a PIN, too');
select is(pg_temp.agrees(1), 'request_approved', 'and agrees');
select is(village.answers(), '01 reply request_hand_over, 23 notice withdrawal_take', 'hands the money over; the member is asked whether it came');
select is(village.saved(23) || ' ' || village.cash(1), '1000000 500000', 'nothing is posted before the member says so');
select is(village.says(1, 'AMBIL', jsonb_build_object('code', village.otp(23))), 'code_wrong', 'the officer can''t say it, even with the member''s code');
select is(pg_temp.takes(23), 'ambil', 'AMBIL: the money is in the hand');
select is(village.answers(), '23 receipt receipt_withdrawal, 01 receipt receipt_withdrawal_officer', 'both get receipts');
select is(village.param('receipt_withdrawal', 'balance') || ' ' || village.param('receipt_withdrawal_officer', 'cash'), '900000 400000', 'with balance and cash after');
select is(village.saved(23) || ' ' || village.cash(1), '900000 400000', 'the money has moved');
select is((select row(kind, actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row('withdrawal', village.member(1), null::bigint)::text, 'the entry names the cashier');
select is(pg_temp.takes(23), 'code_done', 'AMBIL twice posts once');
select is(village.saved(23), 900000::bigint, 'really');
select is(village.says(23, 'AMBIL', '{"amount": 50000}'), 'tarik', 'AMBIL with an amount is a TARIK');

-- --- what isn't opened at all --------------------------------------------------------------
select is(village.says(23, 'TARIK', '{"amount": 50000, "product": "wajib"}'), 'tarik_locked', 'wajib stays while one is a member');
select is(village.says(23, 'TARIK', '{"amount": 50000, "product": "pokok"}'), 'tarik_locked', 'pokok, too');
select is(village.answers(), '23 reply tarik_locked', 'which is said');
select is(village.says(23, 'TARIK', '{"amount": 100}'), 'amount_out_of_range', 'too little');
select is(village.says(23, 'TARIK', '{"amount": 50000001}'), 'amount_out_of_range', 'too much');
select is(village.says(24, 'TARIK', '{"amount": 50000}'), 'pin_first', 'who has no PIN learns how to make one');
select is(village.answers(), '24 reply pin_first', 'before anything else');
select is((select count(*) from kentongan.requests where member_id = village.member(24)), 0::bigint, 'nothing is opened');
select is(village.says(23, 'TARIK', '{"amount": 900001}'), 'withdrawal_short', 'more than there is');
select is(village.param('withdrawal_short', 'balance') || coalesce(village.param('withdrawal_short', 'waiting'), ''), '900000', 'with the figure');
select is(village.says(23, 'TARIK', '{"amount": 1000, "product": "shu"}'), 'withdrawal_short', 'no SHU yet');
select is(village.says(25, 'TARIK', '{"amount": 5000}'), 'which_member', 'a shared phone says who');
select is(village.says(25, 'TARIK', '{"amount": 5000, "member": 25}'), 'tarik', '25');
update kentongan.members set withdraw_hold_until = kentongan.now() + interval '7 days' where number = 23 and group_id = village.group_id();
select is(village.says(23, 'TARIK', '{"amount": 50000}'), 'withdrawal_held', 'a new number waits a week');
select is(village.param('withdrawal_held', 'until'), kentongan.stamp(kentongan.now() + interval '7 days', village.group_id()), 'and is told until when');
update kentongan.members set withdraw_hold_until = null where number = 23 and group_id = village.group_id();
update kentongan.members set blocked_at = now() where number = 23 and group_id = village.group_id();
select is(village.says(23, 'TARIK', '{"amount": 50000}'), 'blocked', 'blocked is blocked');
update kentongan.members set blocked_at = null where number = 23 and group_id = village.group_id();

-- --- SHU is paid out of what the group owes ---------------------------------------------------
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'reserve'),
    kentongan.account(village.group_id(), 'shu_payable', village.member(23))], array[30000, -30000], village.member(1));
select is(pg_temp.asks(23, 30000, 'shu'), 'tarik request_waits', 'SHU may be drawn');
select is(pg_temp.agrees(1) || ' ' || pg_temp.takes(23), 'request_approved ambil', 'in the same way');
select is(kentongan.balance(village.group_id(), 'shu_payable', village.member(23)) || ' ' || village.saved(23), '0 900000', 'out of its own account');

-- --- two in flight ---------------------------------------------------------------------------------
select is(pg_temp.asks(23, 200000), 'tarik request_waits', 'one waits');
select is(village.says(23, 'TARIK', '{"amount": 700001}'), 'withdrawal_short', 'a second may have the rest only');
select is(village.param('withdrawal_short', 'waiting'), '200000', 'and hears what is held');
select is(village.says(23, 'TARIK', '{"amount": 700000}'), 'tarik', 'the rest it may have');
select is(village.says(23, 'TARIK', '{"amount": 600000}'), 'tarik', 'asked for and not confirmed holds nothing');
select is((select array_agg(status order by id desc) from (select status, id from kentongan.requests order by id desc limit 2) r), array['confirming', 'cancelled'], 'the later replaces the earlier');
select village.later('11 minutes');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin(23)), 'code_old', 'after ten minutes it is too late to confirm');
select kentongan.expire_requests();

-- Savings that went elsewhere meanwhile.
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(23)),
    kentongan.account(village.group_id(), 'bank')], array[750000, -750000], village.member(1));
select is(pg_temp.agrees(1), 'withdrawal_short', 'the officer is told when the savings no longer cover it');
select is(village.answers() || ' ' || village.param('withdrawal_short', 'balance'), '01 reply withdrawal_short 150000', 'with figures');
select is((village.request()).status, 'expired', 'the other ended');
select is((select status from kentongan.requests where amount = 200000), 'pending', 'the request waits');
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(23)),
    kentongan.account(village.group_id(), 'bank')], array[-2850000, 2850000], village.member(1));
update kentongan.members set withdraw_hold_until = kentongan.now() + interval '7 days' where number = 23 and group_id = village.group_id();
select is(pg_temp.agrees(1), 'withdrawal_held', 'a hold that came since stops it');
update kentongan.members set withdraw_hold_until = null, blocked_at = now() where number = 23 and group_id = village.group_id();
select is(pg_temp.agrees(1), 'withdrawal_blocked', 'so does a block');
update kentongan.members set blocked_at = null where number = 23 and group_id = village.group_id();

-- --- the cashier's cash -------------------------------------------------------------------------------
select pg_temp.cash(1, -250000);
select is(village.cash(1), 120000::bigint, 'the treasurer has 120.000');
select is(pg_temp.agrees(1), 'cash_short', 'which doesn''t cover 200.000');
select is(village.param('cash_short', 'officer') || ' ' || village.param('cash_short', 'cash'), 'SRI WAHYUNI 120000', 'the officer hears the figure');
select pg_temp.cash(1, 80000);
select is(pg_temp.agrees(1), 'request_approved', 'with enough it goes');
select village.otp(23) as first \gset
select is(pg_temp.asks(23, 150000), 'tarik request_waits', 'another');
select pg_temp.cash(1, 100000);
select is(pg_temp.agrees(1), 'cash_short', 'what is promised already isn''t free');
select is(village.param('cash_short', 'cash') || ' ' || village.param('cash_short', 'promised'), '300000 200000', 'and it says so');
select pg_temp.cash(1, 50000);
select is(pg_temp.agrees(1), 'request_approved', 'when both are covered both go');
select village.otp(23) as second \gset
select pg_temp.cash(1, -160000);
select is(village.says(23, 'AMBIL', jsonb_build_object('code', :'first'::text)), 'take_cash', 'AMBIL of what isn''t in the books');
select is(village.answers(), '23 reply take_cash, 01 notice take_cash', 'both hear');
select is((select status from kentongan.requests where amount = 200000), 'approved', 'it waits on');
select pg_temp.cash(1, 160000);
select is(village.says(23, 'AMBIL', jsonb_build_object('code', :'first'::text)), 'ambil', 'and the same code posts it later');
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(23)),
    kentongan.account(village.group_id(), 'bank')], array[village.saved(23) - 1, 1 - village.saved(23)], village.member(1));
select is(village.says(23, 'AMBIL', jsonb_build_object('code', :'second'::text)), 'take_impossible', 'savings that are gone can''t be taken');
select is(village.answers(), '23 reply take_impossible, 01 notice take_impossible', 'everyone is told');
select is((select status from kentongan.requests where amount = 150000), 'rejected', 'and it ends');
select is(village.saved(23), 1::bigint, 'nothing overdraws');

-- --- a large one: two officers, the supervisor hears --------------------------------------------------
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(23)),
    kentongan.account(village.group_id(), 'bank')], array[-5000000, 5000000], village.member(1));
select pg_temp.cash(1, 3000000);
select is(pg_temp.asks(23, 1500000), 'tarik request_waits', 'above the threshold');
select is(pg_temp.agrees(1), 'request_half', 'needs two');
select is(village.answers(), '01 reply request_waits, 02 notice withdrawal_officer', 'the chair is asked');
select is(village.says(23, 'TARIK', '{"amount": 3500002}'), 'withdrawal_short', 'a half-confirmed one counts');
select is(pg_temp.agrees(1), 'code_done', 'the first isn''t the second');
select is(pg_temp.agrees(2), 'request_approved', 'the chair agrees');
select is(village.answers(), '02 reply request_hand_over, 01 notice request_hand_over, 23 notice withdrawal_take', 'the treasurer hands over');
select is(pg_temp.takes(23), 'ambil', 'the member has it');
select is(village.answers(), '23 receipt receipt_withdrawal, 01 receipt receipt_withdrawal_officer, 02 receipt receipt_withdrawal_officer, 04 notice withdrawal_copy', 'all hear, the supervisor, too');
select is((select row(actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1),
          row(village.member(1), village.member(2))::text, 'the entry names both officers');
select is(village.param('receipt_withdrawal', 'second'), 'KARTINI', 'so does the receipt');

-- An officer's own.
select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(1)),
    kentongan.account(village.group_id(), 'bank')], array[-90000, 90000], village.member(2));
select pg_temp.cash(2, 100000);
select is(pg_temp.asks(1, 90000), 'tarik request_waits', 'the treasurer''s own');
select is(village.answers(), '02 notice withdrawal_officer, 01 reply request_waits', 'is for the chair');
select is(pg_temp.agrees(2) || ' ' || pg_temp.takes(1), 'request_approved ambil', 'out of the chair''s cash');
select is(village.cash(2), 10000::bigint, 'which is less by it');

-- --- no, and never mind ----------------------------------------------------------------------------
select is(pg_temp.asks(23, 60000), 'tarik request_waits', 'one more');
select is(village.says(1, 'TOLAK', pg_temp.code(1) || '{"text": "besok saja"}'), 'tolak', 'the officer says no');
select is(village.answers(), '01 reply request_rejected, 23 notice request_rejected', 'the member learns why');
select is(pg_temp.asks(23, 61000) || ' ' || pg_temp.agrees(1), 'tarik request_waits request_approved', 'agreed to');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'and not wanted any more');
select is(village.answers(), '23 reply request_cancelled, 01 notice request_taken_back', 'the cashier hears');
select is(pg_temp.takes(23), 'code_done', 'its AMBIL is void');
select is(pg_temp.asks(23, 62000) || ' ' || pg_temp.agrees(1), 'tarik request_waits request_approved', 'agreed to and never taken');
select village.later('7 days');
select is(kentongan.expire_requests(), 1, 'expires');
select is((select string_agg(right(peer, 2) || ' ' || template, ', ' order by peer, id) from kentongan.outbox where template like 'request_expired%'),
          '01 request_expired_chair, 02 request_expired_chair, 23 request_expired', 'member, cashier and chair are told');

select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select is((select count(*) from kentongan.messages where outcome = 'error'), 0::bigint, 'no message ended in a fault');
select * from finish();
rollback;
