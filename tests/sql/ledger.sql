-- The ledger's promises, each broken on purpose.
begin;
select * from no_plan();
select village.build();

select api.group_add('test', 'KENANGA', 'UP2K KENANGA', '{}');
select api.member_add('test', 'KENANGA', 1, 'Endang', '', '{}');

-- An entry of MELATI in the simplest form: debit one account, credit another.
create function pg_temp.post(p_debit bigint, p_credit bigint, p_amount bigint, p_request bigint default null,
                             p_reverses bigint default null) returns bigint
language sql as $$
    select kentongan.post(village.group_id(), 'test', array[p_debit, p_credit], array[p_amount, -p_amount],
                          village.member(1), p_request => p_request, p_reverses => p_reverses)
$$;
create function pg_temp.account(p_kind text, p_number int default null) returns bigint
language sql as $$ select kentongan.account(village.group_id(), p_kind, village.member(p_number)) $$;

-- What a transaction's end would say.
create function pg_temp.at_commit(p_statement text) returns void
language plpgsql as $$
begin
    execute p_statement;
    set constraints all immediate;
    set constraints all deferred;
end $$;
create function pg_temp.entry() returns bigint
language sql as $$
    insert into kentongan.journal_entries (group_id, kind, occurred_on, posted_at, operator)
    values (village.group_id(), 'test', current_date, now(), 'test') returning id
$$;

-- --- an entry balances ------------------------------------------------------------
select lives_ok($$ select pg_temp.at_commit('select pg_temp.post(pg_temp.account(''cash'', 1), pg_temp.account(''sukarela'', 24), 5000)') $$,
                'an entry whose postings sum to zero stands');
select throws_ok($$ select pg_temp.at_commit('select kentongan.post(village.group_id(), ''test'',
        array[pg_temp.account(''cash'', 1), pg_temp.account(''sukarela'', 24)], array[5000, -4999], village.member(1))') $$,
    '23000', null, 'an entry that doesn''t sum to zero fails at the end');
select throws_ok($$ select pg_temp.at_commit('select kentongan.post(village.group_id(), ''test'',
        array[pg_temp.account(''cash'', 1)], array[5000], village.member(1))') $$,
    '23000', null, 'an entry with a single posting fails');
select throws_ok($$ select pg_temp.at_commit('select pg_temp.entry()') $$, '23000', null, 'an entry without postings fails');
select throws_ok($$ select kentongan.post(village.group_id(), 'test', array[pg_temp.account('cash', 1), pg_temp.account('bank')],
        array[0, 0], village.member(1)) $$, '23514', null, 'a posting of nothing fails');
select throws_ok($$ select pg_temp.post(pg_temp.account('cash', 1), pg_temp.account('cash', 1), 100) $$,
    '23505', null, 'an account stands in an entry once');
select throws_ok($$ select kentongan.post(village.group_id(), 'test', array[pg_temp.account('cash', 1), pg_temp.account('bank')],
        array[1, -1], null) $$, '23514', null, 'an entry names who did it');
select throws_ok($$ select kentongan.post(village.group_id(), 'test', array[pg_temp.account('cash', 1), pg_temp.account('bank')],
        array[1, -1], village.member(1), village.member(1)) $$, '23514', null, 'the second officer isn''t the first');

-- Once checked, an entry takes no more in the same transaction either.
select throws_ok($$ select pg_temp.at_commit('insert into kentongan.postings values ((select max(id) from kentongan.journal_entries),
        3, pg_temp.account(''bank''), 1, 0)') $$, '23000', null, 'a posting that unbalances a checked entry fails');

-- --- an older entry, another group ------------------------------------------------
-- Written by another transaction: as if it had been.
savepoint older;
alter table kentongan.journal_entries disable trigger journal_entries_immutable;
update kentongan.journal_entries set txid = '3' where id = (select max(id) from kentongan.journal_entries);
alter table kentongan.journal_entries enable trigger journal_entries_immutable;
select throws_ok($$ insert into kentongan.postings values ((select max(id) from kentongan.journal_entries), 3, pg_temp.account('bank'), 1, 0) $$,
    '23000', null, 'nothing is added to an older entry');
rollback to older;
select throws_ok($$ select pg_temp.post(pg_temp.account('cash', 1),
        kentongan.account((select id from kentongan.groups where code = 'KENANGA'), 'bank'), 1000) $$,
    '23000', null, 'an entry touches no account of another group');

-- --- below zero ---------------------------------------------------------------------
select is(village.saved(23), 1000000::bigint, 'Siti has saved a million');
select throws_ok($$ select pg_temp.post(pg_temp.account('sukarela', 23), pg_temp.account('cash', 1), 1000001) $$,
    'KT001', null, 'savings don''t go below zero');
select is(village.saved(23), 1000000::bigint, 'and nothing has moved');
select lives_ok($$ select pg_temp.at_commit('select pg_temp.post(pg_temp.account(''sukarela'', 23), pg_temp.account(''cash'', 1), 1000000)') $$,
    'but to zero they do');
select is(village.saved(23), 0::bigint, 'nothing is left');
select lives_ok($$ select pg_temp.post(pg_temp.account('bank'), pg_temp.account('cash', 1), 999999999) $$, 'cash may pass zero');
select throws_ok(format('select pg_temp.post(pg_temp.account(%L, 24), pg_temp.account(''bank''), 10000000)', k), 'KT001', null, k || ' doesn''t go below zero')
  from unnest(array['pokok', 'wajib', 'sukarela', 'arisan', 'shu_payable']) k;
select throws_ok($$ select pg_temp.post(pg_temp.account('bank'), pg_temp.account('sukarela', 24), 9223372036854775807) $$,
    '22003', null, 'an amount that doesn''t fit fails');

-- --- balances ----------------------------------------------------------------------
select is_empty('select * from api.verify_accounts()', 'every balance is the sum of its postings');
select is_empty('select * from api.verify_entries()', 'every entry balances');
select is_empty('select * from api.verify_balances_after()', 'every posting''s noted balance is the running sum');
select is((select sum(balance)::bigint from kentongan.accounts), 0::bigint, 'all accounts together are zero');
-- Can these tell?
set constraints all immediate;
savepoint spoiled;
alter table kentongan.accounts disable trigger accounts_guard;
update kentongan.accounts set balance = balance + 1 where id = pg_temp.account('bank');
select is((select array_agg(kind) from api.verify_accounts()), array['bank'], 'a spoiled balance is found');
rollback to spoiled;
alter table kentongan.postings disable trigger all;
update kentongan.postings set amount = amount + 1 where account_id = pg_temp.account('bank');
select isnt_empty('select * from api.verify_entries()', 'a spoiled entry is found');
select isnt_empty('select * from api.verify_balances_after()', 'and its noted balance');
rollback to spoiled;
set constraints all deferred;

-- --- reversal ----------------------------------------------------------------------
select pg_temp.post(pg_temp.account('cash', 1), pg_temp.account('wajib', 24), 7000) as wrong \gset
select is(village.saved(24, 'wajib'), 7000::bigint, 'a wrong entry');
select throws_ok(format($$ select pg_temp.at_commit('select pg_temp.post(pg_temp.account(''wajib'', 24), pg_temp.account(''cash'', 1), 6999, p_reverses => %s)') $$, :wrong),
    '23000', null, 'a reversal takes back exactly what it reverses');
select throws_ok(format($$ select pg_temp.at_commit('select pg_temp.post(pg_temp.account(''sukarela'', 24), pg_temp.account(''cash'', 1), 1000, p_reverses => %s)') $$, :wrong),
    '23000', null, 'from the same accounts');
select lives_ok(format($$ select pg_temp.at_commit('select pg_temp.post(pg_temp.account(''wajib'', 24), pg_temp.account(''cash'', 1), 7000, p_reverses => %s)') $$, :wrong),
    'its mirror reverses it');
select is(village.saved(24, 'wajib'), 0::bigint, 'and it is undone');
select throws_ok(format($$ select pg_temp.post(pg_temp.account('wajib', 24), pg_temp.account('cash', 1), 7000, p_reverses => %s) $$, :wrong),
    '23505', null, 'an entry is reversed once');

-- --- a request posts once --------------------------------------------------------------
select village.says(24, 'SETOR', '{"amount": 60000}') = 'setor' as noted \gset
select lives_ok($$ select pg_temp.post(pg_temp.account('cash', 1), pg_temp.account('sukarela', 24), 60000, (village.request()).id) $$,
    'a request''s entry');
select throws_ok($$ select pg_temp.post(pg_temp.account('cash', 1), pg_temp.account('sukarela', 24), 60000, (village.request()).id) $$,
    '23505', null, 'a request has one entry only');

-- --- accounts ---------------------------------------------------------------------------
select is(pg_temp.account('arisan', 24), pg_temp.account('arisan', 24), 'an account is opened once');
select throws_ok($$ insert into kentongan.accounts (group_id, kind) values (village.group_id(), 'bank') $$,
    '23505', null, 'there is one account of a kind');
select is(kentongan.balance(village.group_id(), 'shu_payable', village.member(27)), 0::bigint, 'an account that isn''t there is empty');

select * from finish();
rollback;
