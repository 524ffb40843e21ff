-- Statements: both sides are equal, whatever was posted.
begin;
select * from no_plan();
select village.build();

-- 400 random entries over two years: two to four accounts each, any kinds.
select setseed(0.31);
do $$
declare
    v_kinds constant text[] := '{bank,cash,pokok,wajib,sukarela,reserve,opening,interest,fines,over_short,expenses,officers_fund,loan_losses}';
    v_accounts bigint[];
    v_amounts bigint[];
    v_kind text;
begin
    for n in 1..400 loop
        v_accounts := '{}'; v_amounts := '{}';
        for k in 1..2 + (random() * 2)::int loop
            v_kind := v_kinds[1 + floor(random() * cardinality(v_kinds))::int];
            v_accounts := v_accounts || kentongan.account(village.group_id(), v_kind,
                case when (select holder from kentongan.account_kinds where kind = v_kind) = 'member' then village.member(1 + floor(random() * 4)::int) end);
            v_amounts := v_amounts || (1 + floor(random() * 1e6))::bigint * (case when random() < 0.5 then -1 else 1 end);
        end loop;
        v_accounts := v_accounts || kentongan.account(village.group_id(), 'fund');
        v_amounts := v_amounts || -(select sum(a)::bigint from unnest(v_amounts) a);
        begin
            perform kentongan.post(village.group_id(), 'random', (select array_agg(a) from (select a from unnest(v_accounts, v_amounts) as x(a, m) group by a having sum(m) <> 0 order by a) y),
                (select array_agg(m) from (select a, sum(m)::bigint as m from unnest(v_accounts, v_amounts) as x(a, m) group by a having sum(m) <> 0 order by a) y),
                village.member(24), p_operator => 'test', p_occurred => date '2025-01-01' + (random() * 690)::int);
        exception when sqlstate 'KT001' then
            null; -- savings that aren't there: refused, as they should be
        end;
    end loop;
end $$;
select cmp_ok((select count(*) from kentongan.journal_entries where kind = 'random'), '>', 100::bigint, 'there is something to look at');

create temp table days on commit drop as
select d::date as first, (d + random() * 300 * interval '1 day')::date as last
  from generate_series(timestamp '2024-12-15', '2026-11-15', interval '1 month') d;
select is_empty($$ select d.* from days d, api.trial_balance('MELATI', d.first, d.last) t
                    where t.account = 'total' and (t.opening <> 0 or t.debit <> t.credit or t.closing <> 0) $$,
                'trial balance: balances sum to zero, debits are credits');
select is_empty($$ select d.* from days d, api.trial_balance('MELATI', d.first, d.last) t
                    where t.opening + t.debit - t.credit <> t.closing $$, 'before and movements make after');
select is_empty($$ select d.first from days d
                    where (select balance from api.balance_sheet('MELATI', d.last) where section = 'aset' and account = 'total')
                          is distinct from
                          (select balance from api.balance_sheet('MELATI', d.last) where section = 'kewajiban dan modal') $$,
                'balance sheet: both sides are equal on every day');
select is_empty($$ select d.first from days d
                    where coalesce((select amount from api.income_statement('MELATI', d.first, d.last) where section = 'sisa hasil usaha'), 0)
                          <> kentongan.surplus(village.group_id(), d.first, d.last) $$, 'income statement: its last line is the surplus');
select is_empty($$ select d.first from days d
                    where (select balance from api.balance_sheet('MELATI', d.last) where account = 'surplus')
                          <> kentongan.surplus(village.group_id(), '2000-01-01', d.last) $$, 'and the balance sheet''s, nothing being closed');
select is_empty($$ select account, closing from api.trial_balance('MELATI', '2026-01-01', '2099-12-31') where account not in ('total', 'fund')
                   except
                   select a.kind, sum(a.balance)::bigint from kentongan.accounts a where a.group_id = village.group_id() group by a.kind $$,
                'what stands at the end is what the accounts hold');
select is((select sum(debit)::bigint from api.journal('MELATI', '2000-01-01', '2099-12-31')),
          (select sum(credit)::bigint from api.journal('MELATI', '2000-01-01', '2099-12-31')), 'the journal balances');
select is((select count(*) from api.journal('MELATI', '2000-01-01', '2099-12-31')), (select count(*) from kentongan.postings), 'and holds every posting');

-- --- a member's statement -------------------------------------------------------
select is_empty($$
    select m.number, s.account from kentongan.members m
      cross join lateral (select distinct on (account) account, balance
                            from (select *, row_number() over () as n from api.member_statement('MELATI', m.number, '2026-01-01', '2099-12-31')) x
                           order by account, n desc) s
     where m.group_id = village.group_id() and s.balance <> kentongan.balance(m.group_id, s.account, m.id) $$,
    'the last line of each account is its balance');
select is_empty($$
    select m.number, s.* from kentongan.members m
      cross join lateral (select account, day, balance, coalesce(given, 0) - coalesce(taken, 0) as moved, what,
                                 lag(balance) over (partition by account order by n) as before
                            from (select *, row_number() over () as n from api.member_statement('MELATI', m.number, '2025-06-01', '2099-12-31')) x) s
     where m.group_id = village.group_id() and s.what <> 'saldo awal' and s.balance <> coalesce(s.before, 0) + s.moved $$,
    'each line''s balance is the one before with what moved');
select is_empty($$ select * from api.member_statement('MELATI', 1, '2025-01-01', '2099-12-31') where account = 'cash' $$,
                'the group''s cash that an officer keeps isn''t hers');

-- --- what the operator looks at ------------------------------------------------------
select is((select sum(pokok + wajib + sukarela)::bigint from api.export_balances('MELATI')),
          (select sum(balance)::bigint from api.balance_sheet('MELATI', '2099-12-31') where account in ('pokok', 'wajib', 'sukarela')),
          'members'' balances are the group''s');
select is((select count(*) from api.export_members('MELATI')), 9::bigint, 'everyone is exported');
select api.import_loan('test', 'MELATI', 23, 100000, 60000, 10, 15, '2026-01-01');
select results_eq($$ select loan, member, left_over, paid_principal from api.export_loans('MELATI') $$, $$ values (1, 23, 60000::bigint, 40000::bigint) $$, 'loans');
select is((select left_over from api.loan_show('MELATI', 1)), 60000::bigint, 'one loan');
select is((select count(*) from api.loan_schedule('MELATI', 1)), 10::bigint, 'its schedule');
select is((select sum(principal)::bigint from api.loan_payments('MELATI', 1)), 40000::bigint, 'its payments');
select is((select count(*) from api.loan_list('MELATI')), 1::bigint, 'in the list');
select throws_ok($$ select * from api.loan_show('MELATI', 9) $$, 'KT404', null, 'no such loan');
select results_eq($$ select role, member from api.officer_list('MELATI') $$,
                  $$ values ('ketua', 2), ('sekretaris', 3), ('bendahara', 1), ('pengawas', 4) $$, 'officers');
select is(village.says(23, 'ADUAN', '{"text": "buku saya belum kembali"}'), 'aduan', 'a complaint');
select is((select text from api.case_list('MELATI', true)), 'buku saya belum kembali', 'is seen');
select lives_ok($$ select api.case_answer('test', 'MELATI', 1, 'sudah diantar') $$, 'the operator answers');
select is((select count(*) from api.case_list('MELATI', true)), 0::bigint, 'it is closed');
select is((select answered_by from api.case_list('MELATI', false)), 'operator', 'by whom');
select is((select template from kentongan.outbox where peer = village.phone(23) order by id desc limit 1), 'case_operator', 'the member is told');
select throws_ok($$ select api.case_answer('test', 'MELATI', 1, 'lagi') $$, 'KT409', null, 'only once');

-- --- the checks find what is wrong -------------------------------------------------------
select is_empty('select * from api.verify_floors()', 'nothing is below zero');
select is_empty('select * from api.verify_loans()', 'loans are right');
insert into kentongan.loan_payments (loan_id, on_day, principal) select id, '2026-05-05', 10000 from kentongan.loans;
select results_eq('select subject, found, expected from api.verify_loans()', $$ values ('loan P-1', 60000::bigint, 50000::bigint) $$,
                  'a payment that no account knows is found');
select is_empty('select * from api.verify_requests()', 'requests are right');
insert into kentongan.requests (group_id, member_id, kind, product, amount, code, status, created_at, expires_at, decided_by)
values (village.group_id(), village.member(23), 'deposit', 'wajib', 5000, 'X2X2', 'posted', now(), now(), village.member(1));
select results_eq('select subject, problem from api.verify_requests()', $$ values ('request X2X2', 'a posted deposit without an entry') $$,
                  'a posted request without an entry is found');
select kentongan.post(village.group_id(), 'deposit', array[kentongan.account(village.group_id(), 'cash', village.member(1)),
        kentongan.account(village.group_id(), 'sukarela', village.member(1))], array[5000, -5000]::bigint[], village.member(1));
select is((select count(*) from api.verify_requests() where problem like 'names%'), 1::bigint, 'an officer''s entry of her own money is found');

select * from finish();
rollback;
