-- KOREKSI: what was posted is taken back by two officers, and both sides hear of it.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2, 3, 23]) n;
create function pg_temp.code(p_from int, p_command text default 'KODE') returns text
language sql volatile as $$ select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => decode(md5(p_from::text), 'hex')) $$;
create function pg_temp.correct(p_from int, p_code text) returns text
language sql volatile as $$ select village.says(p_from, 'KOREKSI', jsonb_build_object('code', p_code, 'text', 'salah orang')) $$;
create function pg_temp.deposit(p_from int, p_amount bigint) returns text
language plpgsql as $$
begin
    perform village.says(p_from, 'SETOR', jsonb_build_object('amount', p_amount));
    perform village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1)));
    return (village.request()).code;
end $$;

select pg_temp.deposit(24, 60000) as good \gset
select is(village.saved(24) || ' ' || village.cash(1), '60000 60000', 'a deposit under the wrong name');
select is(village.says(24, 'SALAH', jsonb_build_object('code', :'good'::text)), 'salah', 'of which the member complains');

-- --- who may ask, about what ---------------------------------------------------------------------
select is(pg_temp.correct(24, :'good'), 'not_officer', 'a member corrects nothing');
select is(pg_temp.correct(4, :'good'), 'not_officer', 'nor does a supervisor');
select is(pg_temp.correct(1, 'Z9Z9'), 'koreksi_unknown', 'there must be such a code');
select is(village.says(24, 'SETOR', '{"amount": 70000}') || pg_temp.correct(1, (village.request()).code), 'setorkoreksi_unknown', 'and money must have moved');
select pg_temp.deposit(2, 80000) as own \gset
select is(pg_temp.correct(2, :'own'), 'koreksi_own', 'not the chair''s own');

-- --- the way of it ------------------------------------------------------------------------------
select is(pg_temp.correct(1, lower(:'good')) || ' ' || village.answers(), 'koreksi 01 reply reversal_confirm', 'the treasurer asks');
select is((select details - 'of' from kentongan.requests where kind = 'reversal'),
          jsonb_build_object('of_code', :'good'::text, 'of_kind', 'deposit', 'of_amount', 60000), 'what is taken back stands in the request');
select is(pg_temp.code(1) || ' ' || village.answers(), 'request_waits 02 notice reversal_officer, 01 reply request_waits', 'a second officer is asked');
select is(village.saved(24), 60000::bigint, 'nothing has moved');
select is(pg_temp.code(2, 'SAH'), 'koreksi_done', 'who agrees');
select is(village.answers(), '02 receipt koreksi_receipt, 01 receipt koreksi_receipt, 24 receipt koreksi_receipt, 04 notice koreksi_supervisor',
          'both officers and the member get receipts, the supervisor is told');
select is(village.param('koreksi_receipt', 'first') || '+' || village.param('koreksi_receipt', 'second') || ': ' || village.param('koreksi_receipt', 'reason'),
          'SRI WAHYUNI+KARTINI: salah orang', 'with both names and the reason');
select is(village.saved(24) || ' ' || village.cash(1), '0 80000', 'the money is back where it was');
select is((select row(e.kind, e.actor_id, e.second_id, o.request_id is not null)::text
             from kentongan.journal_entries e join kentongan.journal_entries o on o.id = e.reverses_id order by e.id desc limit 1),
          row('reversal'::text, village.member(1), village.member(2), true)::text, 'by an entry that names both officers and what it reverses');
select is((select status from kentongan.cases where number = 1), 'open', 'the complaint still wants an answer');
select isnt_empty($$ select from kentongan.audit_log where action = 'case.corrected' and subject = '1' $$, 'but it is noted with it');
select is(pg_temp.correct(1, :'good'), 'koreksi_twice', 'it is taken back once');
select is(pg_temp.correct(1, (select code from kentongan.requests where kind = 'reversal' and status = 'posted')), 'koreksi_kind', 'a correction itself isn''t');

-- --- refused --------------------------------------------------------------------------------------
select pg_temp.deposit(24, 90000) as first \gset
select is(pg_temp.correct(1, :'first') || pg_temp.code(1), 'koreksirequest_waits', 'asked while the money is there');
select kentongan.post(village.group_id(), 'withdrawal', array[kentongan.account(village.group_id(), 'sukarela', village.member(24)),
    kentongan.account(village.group_id(), 'cash', village.member(1))], array[50000, -50000], village.member(1));
select is(pg_temp.code(2, 'SAH'), 'koreksi_spent', 'agreed to when it was spent');
select is(village.answers(), '02 reply koreksi_spent, 01 notice koreksi_spent', 'both are told plainly');
select is((select status from kentongan.requests where kind = 'reversal' order by id desc limit 1), 'rejected', 'and it is over');
select is(village.saved(24), 40000::bigint, 'nothing moved');
select is(pg_temp.correct(1, :'first'), 'koreksi_spent', 'asking again is answered at once');

select is(pg_temp.correct(1, :'own') || pg_temp.code(1), 'koreksirequest_waits', 'the chair''s, asked by the treasurer');
select is(village.answers(), '03 notice reversal_officer, 01 reply request_waits', 'goes to the secretary');
select is(village.says(2, 'SAH', jsonb_build_object('code', village.otp(3)), pin => decode(md5('2'), 'hex')), 'code_wrong', 'never to the chair');
select is(village.says(3, 'TOLAK', jsonb_build_object('code', village.otp(3), 'text', 'benar kok')), 'tolak', 'who says no');
select is(village.saved(2), 80000::bigint, 'so it stays');


-- --- loans ----------------------------------------------------------------------------------------
select pg_temp.deposit(24, 900000) as lent \gset
create function pg_temp.undo(p_code text) returns text
language sql volatile as $$ select pg_temp.correct(1, p_code) || pg_temp.code(1) || pg_temp.code(2, 'SAH') $$;
select is(village.says(23, 'PINJAM', '{"amount": 300000, "count": 3}') || village.says(23, 'KODE', jsonb_build_object('code', village.otp(23))), 'pinjamrequest_waits', 'a loan is asked for');
select is(pg_temp.code(1, 'SAH') || village.says(23, 'AMBIL', jsonb_build_object('code', village.otp(23))), 'request_approvedambil', 'and handed out');
select (village.request()).code as loan \gset
select is(village.says(23, 'BAYAR', '{"amount": 104500}') || village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))), 'bayarterima', 'an instalment');
select (village.request()).code as paid \gset
select is(kentongan.loans_left(village.member(23)), 200000::bigint, 'is taken off');
select is(pg_temp.correct(1, :'loan'), 'koreksi_paid', 'a loan with a payment stays');
select is(pg_temp.undo(:'paid'), 'koreksirequest_waitskoreksi_done', 'the payment is taken back');
select is(kentongan.loans_left(village.member(23)), 300000::bigint, 'and owed again');
select is((select row(sum(interest), sum(principal))::text from kentongan.loan_payments), '(0,0)', 'its parts stand again with minus');
select is(village.cash(1), 80000::bigint + 40000 + 900000 - 300000, 'the cash is less by it');
select is(pg_temp.undo(:'loan'), 'koreksirequest_waitskoreksi_done', 'now the loan can be, too');
select is(kentongan.loans_left(village.member(23)), 0::bigint, 'nothing is owed');
select is((select status from kentongan.loans), 'reversed', 'it was never lent');

-- --- a meeting's list ----------------------------------------------------------------------------
select is(village.says(1, 'CATAT', '{"member": 23, "entry": "wajib", "amount": 25000}') || village.says(1, 'CATAT', '{"member": 24, "amount": 15000}'), 'catatcatat', 'a meeting');
select is(village.says(1, 'SELESAI'), 'selesai', 'is over');
select pg_temp.code(1, 'YA');
select code as batch from kentongan.requests where kind = 'batch' and status = 'posted' \gset
select is(village.saved(23, 'wajib'), 275000::bigint, 'and posted');
select is(village.says(24, 'SALAH', jsonb_build_object('code', :'batch'::text)), 'salah', 'a member of it may complain under its code');
select is(pg_temp.undo(:'batch'), 'koreksirequest_waitskoreksi_done', 'the whole list is taken back');
select is(village.saved(23, 'wajib') || ' ' || village.saved(24), '250000 940000', 'each line');
select is((select array_agg(right(peer, 2) || ' ' || (params ->> 'of_amount') order by peer) from kentongan.outbox
            where message_id = village.heard() and template = 'koreksi_receipt'), array['01 40000', '02 40000', '23 25000', '24 15000'], 'members read their own part');

-- --- one member's part of a list ---------------------------------------------------------------------
create function pg_temp.line(p_from int, p_code text, p_text text) returns text
language sql volatile as $$ select village.says(p_from, 'KOREKSI', jsonb_build_object('code', p_code, 'text', p_text)) $$;
select is(village.says(23, 'PINJAM', '{"amount": 300000, "count": 3}') || village.says(23, 'KODE', jsonb_build_object('code', village.otp(23))) || pg_temp.code(1, 'SAH')
          || village.says(23, 'AMBIL', jsonb_build_object('code', village.otp(23))), 'pinjamrequest_waitsrequest_approvedambil', 'a loan');
select is(village.says(1, 'CATAT', '{"member": 23, "entry": "bayar", "amount": 104500}') || village.says(1, 'CATAT', '{"member": 23, "entry": "wajib", "amount": 25000}')
          || village.says(1, 'CATAT', '{"member": 24, "amount": 15000}') || village.says(1, 'CATAT', '{"member": 27, "amount": 5000}')
          || village.says(1, 'HITUNG', '{"amount": 149400}') || pg_temp.code(1, 'YA'), 'catatcatatcatatcatathitungbatch', 'a meeting of three');
select code as list from kentongan.requests where kind = 'batch' order by id desc limit 1 \gset
select village.cash(1) as cash, village.saved(24) as saved \gset
select is(pg_temp.line(1, :'list', '99 salah'), 'koreksi_no_line', 'who isn''t on it can''t be taken off it');
select is(pg_temp.line(1, :'list', '23 salah orang') || pg_temp.code(1), 'koreksirequest_waits', 'one member''s part is wrong');
select is((select row(member_id = village.member(23), amount, reason)::text from kentongan.requests order by id desc limit 1), row(true, 129500::bigint, 'salah orang')::text, 'which is asked about');
select is(pg_temp.code(2, 'SAH'), 'koreksi_done', 'and agreed to');
select is(village.answers(), '02 receipt koreksi_receipt, 23 receipt koreksi_receipt, 01 receipt koreksi_receipt, 04 notice koreksi_supervisor', 'she and both officers get receipts');
select is(:cash - village.cash(1), 129500::bigint, 'it is out of the cash');
select is(village.saved(23, 'wajib') || ' ' || kentongan.loans_left(village.member(23)) || ' ' || (village.saved(24) - :saved), '250000 300000 0', 'and off what is hers only');
select is((select sum(interest)::int from kentongan.loan_payments), 0, 'the interest stands again with minus');
select is(pg_temp.line(1, :'list', '23 sekali lagi'), 'koreksi_twice', 'it is taken back once');
select is(pg_temp.correct(1, :'list'), 'koreksi_lines', 'the whole list can''t be any more');
select is(pg_temp.line(1, :'list', 'no 27 salah') || pg_temp.code(1) || pg_temp.code(2, 'SAH'), 'koreksirequest_waitskoreksi_done', 'but another part can');
select is_empty('select * from api.verify_loans()', 'loans agree');

-- --- who has left -------------------------------------------------------------------------------------
update kentongan.requests set status = 'cancelled' where status in ('pending', 'confirming', 'approved');
select pg_temp.deposit(25, 7000) as leaver \gset
select is(village.says(25, 'SETOR', '{"amount": 7000, "member": 25}') || village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))), 'setorterima', 'a deposit');
select (village.request()).code as leaver \gset
update kentongan.members set status = 'left' where number in (24, 25);
select is(pg_temp.correct(1, :'leaver'), 'koreksi_left', 'nothing comes to, or from, who has left');
select is(pg_temp.line(1, :'list', '24 salah'), 'koreksi_left', 'nor by a line');
update kentongan.members set status = 'active' where number in (24, 25);
select is(pg_temp.correct(1, :'leaver') || pg_temp.code(1), 'koreksirequest_waits', 'asked for while she is here');
update kentongan.members set status = 'left' where number = 25;
select is(pg_temp.code(2, 'SAH') || ' ' || village.answers(), 'koreksi_left 02 reply koreksi_left, 01 notice koreksi_left', 'and gone before it is agreed to: both hear it');

select is_empty('select * from api.verify_requests()', 'requests agree with entries');
select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
set constraints all immediate;
select * from finish();
rollback;
