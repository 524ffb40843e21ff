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

create or replace function api.verify_floors()
returns table (group_code text, subject text, problem text, found bigint, expected bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, a.kind || coalesce(' of member ' || m.number, ''), 'is below zero', a.balance * k.normal, 0::bigint
      from kentongan.accounts a
      join kentongan.account_kinds k on k.kind = a.kind and k.floor_zero
      join kentongan.groups g on g.id = a.group_id
      left join kentongan.members m on m.id = a.member_id
     where a.balance * k.normal < 0
     order by 1, 2
$$;
comment on function api.verify_floors() is 'Savings, loans and what is owed to members that fell below zero: must be none';

create or replace function api.verify_loans()
returns table (group_code text, subject text, problem text, found bigint, expected bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, 'loan P-' || l.number, 'what is left isn''t the principal less what was paid',
           coalesce(a.balance, 0), l.principal - p.paid - p.stood_in
      from kentongan.loans l
      join kentongan.groups g on g.id = l.group_id
      left join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
      cross join lateral (
        select coalesce((select sum(principal) from kentongan.loan_payments where loan_id = l.id), 0)::bigint as paid,
               -- What others stood in for, unless it stands among the payments.
               coalesce((select -sum(p.amount) from kentongan.postings p
                          where p.account_id = a.id
                            and p.entry_id in (select entry_id from kentongan.stand_ins where loan_id = l.id)
                            and p.entry_id not in (select entry_id from kentongan.loan_payments
                                                    where loan_id = l.id and entry_id is not null)), 0)::bigint as stood_in) p
     where l.status not in ('written_off', 'reversed') and coalesce(a.balance, 0) <> l.principal - p.paid - p.stood_in
    union all
    select g.code, 'loan P-' || l.number, 'is ' || l.status || ', but its payout ' || case when b.back then 'was' else 'wasn''t' end
                                          || ' taken back', null, null
      from kentongan.loans l
      join kentongan.groups g on g.id = l.group_id
      cross join lateral (select exists (select 1 from kentongan.journal_entries e
                                           join kentongan.journal_entries back on back.reverses_id = e.id
                                          where e.request_id = l.request_id) as back) b
     where b.back <> (l.status = 'reversed')
    union all
    select g.code, 'loan P-' || l.number, 'is over, but something is left', a.balance, 0
      from kentongan.loans l
      join kentongan.groups g on g.id = l.group_id
      join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
     where l.status <> 'running' and a.balance <> 0
    union all
    select g.code, 'member ' || m.number, 'what others owe her for standing in isn''t what she hasn''t got back',
           coalesce(-d.balance, 0), coalesce(s.missing, 0)
      from kentongan.members m
      join kentongan.groups g on g.id = m.group_id
      left join kentongan.accounts d on d.member_id = m.id and d.kind = 'renteng_due'
      left join (select member_id, sum(amount - repaid)::bigint as missing from kentongan.stand_ins group by 1) s on s.member_id = m.id
     where coalesce(-d.balance, 0) <> coalesce(s.missing, 0)
     order by 1, 2
$$;
comment on function api.verify_loans() is
    'Loans whose account isn''t principal less payments, that are over with something left, whose status doesn''t say that they were taken back, and stand-ins that differ from the ledger: must be none';

create or replace function api.verify_periods()
returns table (group_code text, subject text, problem text, found bigint, expected bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with closed as (
        select d.*, g.code as group_code, 'period ' || d.label as subject
          from kentongan.periods d join kentongan.groups g on g.id = d.group_id where d.status = 'closed'
    )
    select d.group_code, d.subject || ', member ' || m.number, 'the share isn''t what was posted',
           coalesce(posted.amount, 0), coalesce(s.due, 0)
      from closed d
      cross join kentongan.members m
      left join lateral (select savings_share + business_share + case d.kind when 'share_out' then savings else 0 end as due
                           from kentongan.period_shares where period_id = d.id and member_id = m.id) s on true
      left join lateral (select -p.amount as amount from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                          where p.entry_id = d.entry_id and a.kind = 'shu_payable' and a.member_id = m.id) posted on true
     where m.group_id = d.group_id and coalesce(posted.amount, 0) <> coalesce(s.due, 0)
    union all
    select d.group_code, d.subject, 'income and expenses aren''t the surplus that was divided',
           coalesce(x.amount, 0), d.surplus
      from closed d
      left join lateral (select sum(p.amount)::bigint as amount
                           from kentongan.postings p
                           join kentongan.accounts a on a.id = p.account_id
                           join kentongan.account_kinds k on k.kind = a.kind and k.class in ('income', 'expense')
                          where p.entry_id = d.entry_id) x on true
     where coalesce(x.amount, 0) <> d.surplus
    union all
    select d.group_code, d.subject, 'entry ' || e.id || ' was posted after it was closed', e.id, null
      from closed d
      join kentongan.journal_entries e on e.group_id = d.group_id and e.posted_at > d.closed_at
       and e.id is distinct from d.entry_id
       and (e.occurred_on < d.last_day or e.occurred_on = d.last_day and d.kind = 'shu')
    union all
    select d.group_code, d.subject, 'overlaps period ' || o.label, null, null
      from closed d join closed o on o.group_id = d.group_id and o.id > d.id
       and o.first_day <= d.last_day and d.first_day <= o.last_day
       and not (d.kind = 'share_out' and o.last_day >= d.last_day and o.first_day = d.last_day)
     order by 1, 2, 3
$$;
comment on function api.verify_periods() is
    'Closed periods whose shares, surplus or days differ from the journal, and what was posted into them later: must be none';

create or replace function api.verify_requests()
returns table (group_code text, subject text, problem text, found bigint, expected bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, 'request ' || r.code, 'a posted ' || r.kind || ' without an entry', null::bigint, null::bigint
      from kentongan.requests r
      join kentongan.groups g on g.id = r.group_id
     where r.status = 'posted'
       and r.kind in ('deposit', 'payment', 'withdrawal', 'loan', 'reversal', 'expense', 'handover', 'banking', 'unbanking', 'batch', 'write_off',
                      'stand_in', 'arisan', 'share_out')
       and not exists (select 1 from kentongan.journal_entries e where e.request_id = r.id)
    union all
    select g.code, 'entry ' || e.id, 'belongs to request ' || r.code || ', which is ' || r.status, e.id, null
      from kentongan.journal_entries e
      join kentongan.requests r on r.id = e.request_id
      join kentongan.groups g on g.id = e.group_id
     where r.status <> 'posted' or r.group_id <> e.group_id
    union all
    select g.code, 'entry ' || e.id, 'names the same money''s owner as the officer', e.id, null
      from kentongan.journal_entries e
      join kentongan.groups g on g.id = e.group_id
      cross join lateral (
        select min(coalesce(l.member_id, a.member_id)) as one, count(distinct coalesce(l.member_id, a.member_id)) as people
          from kentongan.postings p
          join kentongan.accounts a on a.id = p.account_id and a.kind <> 'cash'
          left join kentongan.loans l on l.id = a.loan_id
         where p.entry_id = e.id and coalesce(l.member_id, a.member_id) is not null) w
     where e.actor_id is not null and not kentongan.is_closing(e.kind)
       and w.people = 1 and w.one in (e.actor_id, e.second_id)
     order by 1, 2
$$;
comment on function api.verify_requests() is
    'Posted requests without their entry, entries of requests that aren''t posted, entries by an officer about nobody''s money but the officer''s own: must be none';

create or replace function api.ledger_size() returns table (accounts bigint, entries bigint, postings bigint, groups bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(*) from kentongan.accounts), (select count(*) from kentongan.journal_entries),
           (select count(*) from kentongan.postings), (select count(*) from kentongan.groups)
$$;
comment on function api.ledger_size() is 'How much `kentongan db verify` has looked at';
