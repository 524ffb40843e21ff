create or replace function api.verify_accounts()
returns table (account_id bigint, group_code text, kind text, member_number int, balance bigint, postings bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, g.code, a.kind, m.number, a.balance, coalesce(p.total, 0)::bigint
      from kentongan.accounts a
      join kentongan.groups g on g.id = a.group_id
      left join kentongan.members m on m.id = a.member_id
      left join (select account_id, sum(amount) as total from kentongan.postings group by 1) p on p.account_id = a.id
     where a.balance <> coalesce(p.total, 0)
     order by a.id
$$;
comment on function api.verify_accounts() is 'Accounts whose balance differs from the sum of their postings: must be none';

create or replace function api.verify_entries()
returns table (entry_id bigint, postings bigint, total numeric)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select e.id, count(p.entry_id), coalesce(sum(p.amount), 0)
      from kentongan.journal_entries e left join kentongan.postings p on p.entry_id = e.id
     group by e.id
    having coalesce(sum(p.amount), 0) <> 0 or count(p.entry_id) < 2
     order by e.id
$$;
comment on function api.verify_entries() is 'Entries that do not balance: must be none';

create or replace function api.verify_balances_after()
returns table (entry_id bigint, line smallint, account_id bigint, balance_after bigint, recomputed bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from (
        select p.entry_id, p.line, p.account_id, p.balance_after,
               sum(p.amount) over (partition by p.account_id order by p.entry_id)::bigint as recomputed
          from kentongan.postings p) s
     where s.balance_after <> s.recomputed
     order by 1, 2
$$;
comment on function api.verify_balances_after() is
    'Postings whose noted balance differs from the running sum. Entries of one account are ordered by the account lock, which is taken before the entry''s id';

create or replace function api.verify_receipts()
returns table (group_code text, member_number int, last_number int, kept bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, m.number, m.receipts, count(r.number)
      from kentongan.members m
      join kentongan.groups g on g.id = m.group_id
      left join kentongan.receipts r on r.member_id = m.id
     group by g.code, m.id
    having m.receipts <> count(r.number) or coalesce(max(r.number), 0) <> m.receipts
     order by 1, 2
$$;
comment on function api.verify_receipts() is 'Members whose receipts have a gap: must be none';

create or replace function api.ledger_size() returns table (accounts bigint, entries bigint, postings bigint, groups bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(*) from kentongan.accounts), (select count(*) from kentongan.journal_entries),
           (select count(*) from kentongan.postings), (select count(*) from kentongan.groups)
$$;
comment on function api.ledger_size() is 'How much `kentongan db verify` has looked at';
