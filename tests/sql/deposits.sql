-- SETOR and what follows: outcome, answers, money.
begin;
select * from no_plan();
select village.build();

-- What TERIMA takes: the officer's code and perhaps an amount.
create function pg_temp.code(p_number int, p_amount bigint default null) returns jsonb
language sql as $$ select jsonb_strip_nulls(jsonb_build_object('code', village.otp(p_number), 'amount', p_amount)) $$;

-- --- a deposit, confirmed ----------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 50000}'), 'setor', 'SETOR 50rb');
select is(village.answers(), '23 reply setor, 01 notice setor_officer', 'the member gets a code, the treasurer a question');
select is((village.request()).status, 'pending', 'it waits');
select is((village.request()).product, 'sukarela', 'for voluntary savings where none is named');
select is(village.param('setor', 'code'), (village.request()).code, 'the member''s code is the request''s');
select is(village.param('setor', 'officer') || ' ' || village.param('setor', 'role'), 'SRI WAHYUNI bendahara', 'and who was asked is named');
select matches(village.param('setor_officer', 'otp'), '^[0-9]{4}$', 'the treasurer''s code has four digits');
select isnt(village.param('setor_officer', 'otp'), village.param('setor_officer', 'code'), 'and is another than the member''s');
select is(village.param('setor', 'otp'), null, 'which the member doesn''t get');
select is((village.request()).expires_at, (village.request()).created_at + interval '72 hours', 'a notice waits 72 hours');
select is(village.saved(23), 1000000::bigint, 'no money has moved');
select is(village.says(23, 'SALDO'), 'saldo', 'SALDO');
select is(village.param('saldo', 'pending') || ' ' || village.param('saldo', 'pending_code'), '50000 ' || (village.request()).code,
          'shows what waits');

select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'TERIMA');
select is(village.answers(), '01 receipt receipt_officer, 23 receipt receipt_deposit', 'both get a receipt');
select is(village.saved(23), 1050000::bigint, 'the money is in the member''s savings');
select is(village.cash(1), 50000::bigint, 'and in the treasurer''s cash');
select is(village.param('receipt_deposit', 'balance') || ' ' || village.param('receipt_deposit', 'receipt'), '1050000 1',
          'the receipt shows the new balance and its number');
select is(village.param('receipt_officer', 'cash'), '50000', 'the treasurer''s shows the cash');
select is((select row(e.kind, e.actor_id, e.second_id, e.message_id, e.request_id)::text from kentongan.journal_entries e order by id desc limit 1),
          row('deposit', village.member(1), null::bigint, village.heard(), (village.request()).id)::text, 'the entry says who, by what message, for what');
select is((select row(r.status, r.decided_by, r.final_amount)::text from village.request() r), row('posted', village.member(1), 50000)::text,
          'the request is posted');

select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_done', 'TERIMA once more');
select is(village.answers(), '01 reply code_done', 'is told that it is done');
select is(village.param('code_done', 'status') || ' ' || village.param('code_done', 'amount'), 'posted 50000', 'and what came of it');
select is(village.says(1, 'TOLAK', pg_temp.code(1)), 'code_done', 'TOLAK after TERIMA');
select is(village.saved(23), 1050000::bigint, 'no money has moved again');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal_late', 'BATAL after TERIMA is too late');
select is(village.answers(), '23 reply batal_late', 'says so');

-- --- the same again -----------------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 50000}'), 'setor_repeat', 'the same sum on the same day is asked about');
select is(village.answers(), '23 reply setor_repeat', 'nobody else hears of it');
select is(village.param('setor_repeat', 'status'), 'posted', 'and it says what became of the first');
select is((select count(*)::int from kentongan.requests), 1, 'and noted nowhere');
select is(village.says(23, 'LAGI'), 'setor', 'LAGI makes it a second one');
select is(village.answers(), '23 reply setor, 01 notice setor_officer', 'as SETOR would');
select is((select count(*)::int from kentongan.requests where member_id = village.member(23) and amount = 50000), 2, 'there are two now');
select is(village.says(23, 'LAGI'), 'lagi_none', 'LAGI works once');
select is(village.answers(), '23 reply lagi_none', 'then there is nothing to repeat');
select is(village.says(23, 'SETOR', '{"amount": 50000, "product": "wajib"}'), 'setor', 'another product is not a repeat');
select village.later('24 hours');
select is(village.says(23, 'SETOR', '{"amount": 50000}'), 'setor', 'nor is the next day');

-- --- another amount ------------------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 50000, "product": "wajib"}'), 'setor', 'SETOR WAJIB 50rb');
select is(village.says(1, 'TERIMA', pg_temp.code(1, 45000)), 'terima', 'TERIMA with 45rb');
select is(village.saved(24, 'wajib'), 45000::bigint, 'posts what the treasurer has');
select is(village.param('receipt_deposit', 'noted') || ' ' || village.param('receipt_deposit', 'amount'), '50000 45000', 'and says both sums');
select is(village.says(24, 'SETOR', '{"amount": 50000}'), 'setor', 'SETOR 50rb');
select is(village.says(1, 'TERIMA', pg_temp.code(1, 60000000)), 'amount_out_of_range', 'TERIMA with too much');
select is(village.answers(), '01 reply amount_large', 'is refused');
select is(village.says(1, 'TERIMA', pg_temp.code(1, 100)), 'amount_out_of_range', 'TERIMA with too little');
select is(village.answers(), '01 reply amount_small', 'is refused too');
select is((village.request()).status, 'pending', 'and the notice still waits');

-- --- rejected ------------------------------------------------------------------------
select is(village.says(1, 'TOLAK', pg_temp.code(1) || '{"text": "uang belum saya terima sama sekali bu"}'), 'tolak', 'TOLAK');
select is(village.answers(), '01 reply tolak, 24 notice tolak_member', 'both hear of it');
select is(village.param('tolak_member', 'reason'), 'uang belum saya terima sama se', 'the member with the reason, cut');
select is((select row(r.status, r.decided_by, r.reason)::text from village.request() r),
          row('rejected', village.member(1), 'uang belum saya terima sama sekali bu')::text, 'which is kept whole');
select is(village.saved(24), 0::bigint, 'no money has moved');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_done', 'and TERIMA comes too late');
insert into kentongan.requests (group_id, member_id, kind, product, amount, code, created_at, expires_at, status)
select village.group_id(), village.member(24), 'withdrawal', 'sukarela', 61000, 'W2XY', kentongan.now(), kentongan.now() + interval '1 day', 'pending';
select is(village.says(24, 'SETOR', '{"amount": 61000}'), 'setor', 'money of the same sum that goes out is no repeat');
select is(village.says(24, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'so it was noted');
update kentongan.requests set status = 'cancelled' where code = 'W2XY';
select is(village.says(24, 'SETOR', '{"amount": 50000}'), 'setor', 'after a rejection the same sum is no repeat');

-- --- taken back ----------------------------------------------------------------------
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'code_unknown', 'BATAL with somebody else''s code');
select is(village.answers(), '23 reply code_unknown', 'finds nothing');
select is(village.says(24, 'BATAL', jsonb_build_object('code', lower((village.request()).code))), 'batal', 'BATAL by the member, in small letters');
select is(village.answers(), '24 reply batal, 01 notice batal_officer', 'the treasurer is told');
select is((village.request()).status, 'cancelled', 'the notice is void');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_done', 'TERIMA comes too late');
select is(village.param('code_done', 'status'), 'cancelled', 'and says why');
select is(village.saved(24), 0::bigint, 'no money has moved');

-- --- amounts and products --------------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 499}'), 'amount_out_of_range', 'less than the smallest amount');
select is(village.answers() || ' ' || village.param('amount_small', 'low'), '24 reply amount_small 500', 'is refused with the limit');
select is(village.says(24, 'SETOR', '{"amount": 50000001}'), 'amount_out_of_range', 'more than the largest');
select is(village.answers(), '24 reply amount_large', 'is refused');
select is(village.says(24, 'SETOR', '{"amount": 500, "product": "arisan"}'), 'setor', 'the smallest amount itself is good');

-- --- who is asked ---------------------------------------------------------------------
select is(village.says(1, 'SETOR', '{"amount": 70000}'), 'setor', 'the treasurer''s own deposit');
select is(village.answers(), '01 reply setor, 02 notice setor_officer', 'is the chair''s to confirm');
select is(village.says(1, 'TERIMA', pg_temp.code(2)), 'code_wrong', 'the treasurer can''t use the chair''s code');
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'terima', 'the chair can');
select is(village.saved(1) || ' ' || village.cash(2) || ' ' || village.cash(1), '70000 70000 95000', 'into the chair''s cash');

select api.member_phone('test', 'MELATI', 24, village.phone(1));
select is(village.says(1, 'SETOR', '{"amount": 30000, "member": 24}'), 'setor', 'a member who shares the treasurer''s phone');
select is(village.answers(), '01 reply setor, 02 notice setor_officer', 'is the chair''s to confirm, too');
select api.member_phone('test', 'MELATI', 24, village.phone(2));
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'not_officer', 'unless the member has come to the chair''s phone since');
select is((village.request()).status, 'pending', 'then it waits');
select api.member_phone('test', 'MELATI', 24, village.phone(24));

select is(village.says(24, 'BLOKIR'), 'blokir', 'a blocked phone');
select is(village.says(24, 'SETOR', '{"amount": 20000}'), 'blocked', 'notes no deposit');
select is(village.answers(), '24 reply blocked', 'and is told');
select api.member_unblock('test', 'MELATI', 24);

select is(village.says(1, 'BLOKIR'), 'blokir', 'a blocked treasurer');
select is(village.says(24, 'SETOR', '{"amount": 21000}'), 'setor', 'is passed over');
select is(village.answers(), '24 reply setor, 02 notice setor_officer', 'the chair is asked');
select is(village.says(23, 'SETOR', '{"amount": 22000}'), 'setor', 'a notice');
select api.member_unblock('test', 'MELATI', 1);
select is(village.says(23, 'SETOR', '{"amount": 23000}'), 'setor', 'a notice for the treasurer');
select is(village.says(1, 'BLOKIR'), 'blokir', 'who is blocked then');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'blocked', 'can''t confirm');
select is(village.answers(), '01 reply blocked', 'and is told');
select api.member_unblock('test', 'MELATI', 1);
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'terima', 'but who is asked in her place');
select is(village.says(23, 'SETOR', '{"amount": 26500}') || village.says(1, 'TERIMA', pg_temp.code(1)), 'setorterima', 'until it is lifted');

select api.officer_set('test', 'MELATI', 1, 'bendahara', false), api.officer_set('test', 'MELATI', 2, 'ketua', false),
       api.officer_set('test', 'MELATI', 3, 'sekretaris', false);
select is(village.says(23, 'SETOR', '{"amount": 24000}'), 'no_officer', 'without anybody to confirm');
select is(village.answers(), '23 reply no_officer', 'a deposit isn''t noted: the supervisor doesn''t handle money');

select * from finish();
rollback;
