-- Officers' codes: two officers, wrong codes, expiry, offices that end.
begin;
select * from no_plan();
select village.build();
update kentongan.groups set quiet_from = '00:00', quiet_until = '00:00'; -- at whatever hour this runs

create function pg_temp.code(p_number int, p_amount bigint default null) returns jsonb
language sql as $$ select jsonb_strip_nulls(jsonb_build_object('code', village.otp(p_number), 'amount', p_amount)) $$;
create function pg_temp.wrong(p_number int) returns jsonb
language sql volatile as $$ select jsonb_build_object('code', village.wrong_otp(p_number)) $$;

-- --- a large deposit ---------------------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 1000000}'), 'setor', 'a deposit at the threshold');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'needs one officer');
select is((select details -> 'args' ->> 'code' from kentongan.audit_log where message_id = village.heard()), '****', 'whose code the audit log doesn''t keep');
select is(village.says(23, 'SETOR', '{"amount": 1000001}'), 'setor', 'a deposit above');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima_half', 'needs two');
select is(village.answers(), '01 reply terima_half, 02 notice second_officer', 'the chair is asked');
select is(village.param('second_officer', 'first') || ' ' || village.param('second_officer', 'amount'), 'SRI WAHYUNI 1000001', 'and told who has the money');
select is((village.request()).status || village.saved(23), 'pending2000000', 'nothing is posted yet');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_done', 'the first can''t be the second');
select is(village.says(1, 'TERIMA', pg_temp.code(2)), 'code_wrong', 'not with the other''s code either');
select is(village.says(2, 'TERIMA', pg_temp.code(2, 1000000)), 'second_differs', 'the second must name the same amount');
select is(village.answers(), '02 reply second_differs', 'and is told');
select is(village.says(2, 'TERIMA', pg_temp.code(2, 1000001)), 'terima', 'which posts it');
select is(village.answers(), '02 receipt receipt_officer, 23 receipt receipt_deposit, 01 receipt receipt_officer', 'all three get receipts');
select is(village.saved(23) || ' ' || village.cash(1) || ' ' || village.cash(2), '3000001 2000001 0', 'the money is with the first');
select is(village.param('receipt_deposit', 'officer') || '+' || village.param('receipt_deposit', 'second'), 'SRI WAHYUNI+KARTINI', 'the receipt names both');
select is((select row(actor_id, second_id)::text from kentongan.journal_entries order by id desc limit 1), row(village.member(1), village.member(2))::text, 'so does the entry');

select is(village.says(23, 'SETOR', '{"amount": 900000}'), 'setor', 'a smaller deposit');
select is(village.says(1, 'TERIMA', pg_temp.code(1, 1100000)), 'terima_half', 'of which more was received needs two');
select is(village.says(2, 'TOLAK', pg_temp.code(2) || '{"text": "hitung lagi"}'), 'tolak', 'the second may reject it');
select is(village.answers(), '02 reply tolak, 23 notice tolak_member, 01 notice tolak', 'the first hears of it');
select is((village.request()).status, 'rejected', 'then it is void');

select is(village.says(23, 'SETOR', '{"amount": 1200000}'), 'setor', 'one more');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima_half', 'half confirmed');
select is(village.says(23, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'taken back by the member');
select is(village.answers(), '23 reply batal, 01 notice batal_officer, 02 notice batal_officer', 'both officers hear: the first has the money');

select is(village.says(2, 'SETOR', '{"amount": 1300000}'), 'setor', 'the chair''s own');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima_half', 'is confirmed by the treasurer');
select is(village.answers(), '01 reply terima_half, 03 notice second_officer', 'then by the secretary');
select is(village.says(3, 'TERIMA', pg_temp.code(3)), 'terima', 'who posts it');

select api.officer_set('test', 'MELATI', 3, 'sekretaris', false), api.officer_set('test', 'MELATI', 2, 'ketua', false);
select is(village.says(23, 'SETOR', '{"amount": 1400000}'), 'setor', 'with only a treasurer left');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'no_second', 'there is no second');
select is(village.answers(), '01 reply no_second', 'the treasurer is told');
select is((village.request()).status || coalesce((village.request()).first_officer::text, ''), 'pending', 'nothing is half done');
select api.officer_set('test', 'MELATI', 2, 'ketua', true);
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima_half', 'the same code works once there is one');
select is(village.says(2, 'TERIMA', pg_temp.code(2)), 'terima', 'and it is posted');
select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select is((select array_agg(number order by number) from kentongan.receipts where member_id = village.member(1)), array[1, 2, 3, 4], 'an officer''s are numbered too');

-- --- wrong codes -----------------------------------------------------------------------------
select village.later('1 day');
select is(village.says(24, 'SETOR', '{"amount": 50000}'), 'setor', 'a notice');
select is(village.says(24, 'TERIMA', pg_temp.code(1)), 'not_officer', 'a member confirms nothing, whatever the code');
select is(village.says(4, 'TERIMA', pg_temp.code(1)), 'not_officer', 'nor does a supervisor');
select is(village.answers(), '04 reply not_officer', 'and is told');
select is(village.says(1, 'TERIMA', pg_temp.wrong(1)), 'code_wrong', 'a wrong code');
select is(village.param('code_wrong', 'left'), '2', 'two tries are left');
select is(village.says(1, 'TOLAK', pg_temp.wrong(1)), 'code_wrong', 'with TOLAK too');
select is(village.param('code_wrong', 'left'), '1', 'one is left');
select village.otp(1) as old \gset
select is(village.says(1, 'TERIMA', pg_temp.wrong(1)), 'codes_void', 'the third ends the code');
select is(village.answers() || ' ' || village.param('codes_void', 'until'), '01 reply codes_void soon', 'and says that another follows');
select isnt(village.otp(1), :'old', 'as it does, at once');
select is(village.says(1, 'TERIMA', jsonb_build_object('code', :'old'::text)), 'code_wrong', 'the old one is a guess now');
select is((select max(guesses)::int from kentongan.one_time_codes where closed_at is null), 1, 'against the new one');
select is((village.request()).status, 'pending', 'nothing has happened');
select is(village.says(1, 'TERIMA', pg_temp.wrong(1)) || village.says(1, 'TERIMA', pg_temp.wrong(1)), 'code_wrongcodes_void', 'guessed at again');
select is(village.answers(), '01 reply codes_void, 02 notice codes_guessed_chair', 'the second time in a day the chair hears');
select isnt(village.param('codes_void', 'until'), 'soon', 'and the next code takes an hour');
select is(village.says(1, 'TERIMA', pg_temp.wrong(1)), 'code_wrong', 'where no code is open');
select is(village.answers() || coalesce(village.param('code_wrong', 'left'), ''), '01 reply code_wrong', 'there is nothing to count');
select is(village.says(24, 'SETOR', '{"amount": 49000}') || ' ' || village.says(1, 'TERIMA', pg_temp.code(1)), 'setor terima', 'the phone isn''t locked: what is new goes on');
select village.later('59 minutes');
select api.timed_work('{}');
select is((select count(*)::int from kentongan.one_time_codes where closed_at is null), 0, 'an hour');
select village.later('2 minutes');
select api.timed_work('{}');
select is((select count(*)::int from kentongan.one_time_codes where closed_at is null and guesses = 0), 1, 'and it is asked anew');
select is(village.says(1, 'TERIMA', pg_temp.wrong(1)) || village.says(1, 'TERIMA', pg_temp.code(1)), 'code_wrongterima', 'the new code does it, after a slip, too');
select is((select count(*)::int from kentongan.one_time_codes where renew_at is not null), 0, 'nothing is asked anew any more');

-- A lock from when wrong codes locked: officers and the operator lift it.
update kentongan.members set codes_locked_until = 'infinity' where id = village.member(2);
select is(village.says(2, 'TERIMA', pg_temp.wrong(2)), 'codes_shut', 'a lock of former times');
select is(village.answers(), '02 reply codes_shut', 'says so');
select api.member_unblock('ani', 'MELATI', 2);
select is(village.says(2, 'TERIMA', pg_temp.wrong(2)), 'code_wrong', 'until the operator opens it');

-- Long used codes are no excuse for a guess.
select is(village.says(24, 'SETOR', '{"amount": 50500}'), 'setor', 'a notice');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'confirmed');
select village.later('8 days');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_wrong', 'a week later its code is a wrong one');

-- --- codes of different officers --------------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 52000}') || village.says(23, 'SETOR', '{"amount": 53000}'), 'setorsetor', 'two notices wait');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'terima', 'the code of the second');
select is((select array_agg(amount || status order by id desc) from (select * from kentongan.requests order by id desc limit 2) r),
          array['53000posted', '52000pending'], 'confirms the second');
select is_empty($$ select * from (select substr(encode(hash, 'hex'), 1, 8) from kentongan.one_time_codes) x(h) group by h having count(*) > 1 $$,
                'no two hashes are equal, even of equal codes');
-- An officer who has had nearly every code this week gets one of those that are left.
insert into kentongan.requests (group_id, member_id, kind, product, amount, code, created_at, expires_at)
select village.group_id(), village.member(24), 'deposit', 'wajib', 1000 + n,
       '2A' || substr('ABCDEFGHJKMNPQRSTUVWXYZ23456789', 1 + n / 31, 1) || substr('ABCDEFGHJKMNPQRSTUVWXYZ23456789', 1 + n % 31, 1), now(), now()
  from generate_series(0, 199) n;
select is(count(distinct kentongan.issue_code(r.id, village.member(3), now(), 'decide')), 200::bigint, 'two hundred open codes of one officer all differ')
  from kentongan.requests r where code like '2A__' and amount between 1000 and 1199;

-- --- expiry -----------------------------------------------------------------------------------
select village.later('1 day');
delete from kentongan.one_time_codes using kentongan.requests r where r.id = request_id and r.code like '2A__' and r.amount < 1200;
delete from kentongan.requests where code like '2A__' and amount between 1000 and 1199;
update kentongan.requests set status = 'cancelled' where status = 'pending';
select is(village.says(24, 'SETOR', '{"amount": 54000}'), 'setor', 'a notice');
select village.later('71 hours 59 minutes');
select is((select expired_requests from api.timed_work('{}')), 0, 'waits up to 72 hours');
select village.later('1 minute');
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_expired', 'TERIMA after that, before the sweep');
select is(village.answers(), '01 reply code_expired', 'is told');
select is(village.says(1, 'TOLAK', pg_temp.code(1)), 'code_expired', 'TOLAK as well');
select village.otp(1) as otp \gset
select is((select expired_requests from api.timed_work('{}')), 1, 'the sweep ends it');
select is((village.request()).status, 'expired', 'the notice is void');
select is((select string_agg(right(peer, 2) || ' ' || template, ', ' order by template) from kentongan.outbox where template like 'expired%'),
          '02 expired_chair, 24 expired_member', 'member and chair are told');
select is((select expired_requests from api.timed_work('{}')), 0, 'once');
select is(village.says(1, 'TERIMA', jsonb_build_object('code', :'otp'::text)), 'code_done', 'its code is closed');
select is(village.param('code_done', 'status'), 'expired', 'and says why');
select is(village.says(2, 'SETOR', '{"amount": 55000}'), 'setor', 'the chair''s own notice');
select village.later('72 hours');
select is((select expired_requests from api.timed_work('{}')), 1, 'expires as well');
select is((select string_agg(right(peer, 2), ', ' order by id) from kentongan.outbox where template = 'expired_chair'), '02, 04', 'and the supervisor is told');
select api.group_set('test', 'MELATI', '{"pending_hours": 5}');
select is(village.says(24, 'SETOR', '{"amount": 56000}'), 'setor', 'a group may have its own time');
select is((village.request()).expires_at, (village.request()).created_at + interval '5 hours', 'five hours');
update kentongan.groups set pending_hours = null where code = 'MELATI';
select is(village.says(24, 'SETOR', '{"amount": 57000}', limits => '{"pending": 48}'), 'setor', 'else the configuration''s');
select is((village.request()).expires_at, (village.request()).created_at + interval '48 hours', 'holds');

-- --- an office that ends -----------------------------------------------------------------------
select is(village.says(24, 'SETOR', '{"amount": 58000}'), 'setor', 'a notice');
select api.officer_set('test', 'MELATI', 1, 'bendahara', false);
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'not_officer', 'who is no officer any more confirms nothing');
select api.officer_set('test', 'MELATI', 1, 'pengawas', true);
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'not_officer', 'as a supervisor neither');
select api.officer_set('test', 'MELATI', 1, 'pengawas', false);
select api.officer_set('test', 'MELATI', 1, 'bendahara', true);
select is(village.says(1, 'TERIMA', pg_temp.code(1)), 'code_done', 'the codes stay closed on return');
select is((village.request()).status, 'pending', 'the notice waits');

select * from finish();
rollback;
