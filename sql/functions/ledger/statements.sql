-- The books as statements, for `kentongan report` and `kentongan export`.

create or replace function kentongan.account_name(p_kind text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce('{"cash": "Kas pengurus", "bank": "Bank", "loan": "Piutang pinjaman", "renteng": "Piutang tanggung renteng",
        "pokok": "Simpanan pokok", "wajib": "Simpanan wajib", "sukarela": "Simpanan sukarela", "arisan": "Titipan arisan",
        "shu_payable": "SHU belum diambil", "renteng_due": "Utang tanggung renteng", "officers_fund": "Dana pengurus",
        "education_fund": "Dana pendidikan", "social_fund": "Dana sosial", "reserve": "Cadangan", "fund": "Dana lain",
        "opening": "Saldo awal", "interest": "Jasa pinjaman", "fines": "Denda", "over_short": "Selisih kas",
        "expenses": "Biaya", "loan_losses": "Kerugian pinjaman", "surplus": "Sisa hasil usaha berjalan",
        "total": "Jumlah"}'::jsonb ->> p_kind, p_kind)
$$;
comment on function kentongan.account_name(text) is 'A kind of account as the group''s books call it';

create or replace function kentongan.kind_order(p_kind text) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_position('{cash,bank,loan,renteng,pokok,wajib,sukarela,arisan,shu_payable,renteng_due,officers_fund,'
        'education_fund,social_fund,reserve,fund,opening,interest,fines,over_short,expenses,loan_losses,surplus}'::text[], p_kind), 90)
$$;
comment on function kentongan.kind_order(text) is 'The order in which statements name accounts';

create or replace function api.trial_balance(p_group text, p_first date, p_last date)
returns table (account text, name text, accounts int, opening bigint, debit bigint, credit bigint, closing bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with sums as (
        select a.kind, count(distinct a.id)::int as accounts,
               coalesce(sum(p.amount) filter (where e.occurred_on < p_first), 0)::bigint as opening,
               coalesce(sum(p.amount) filter (where e.occurred_on >= p_first and p.amount > 0), 0)::bigint as debit,
               coalesce(-sum(p.amount) filter (where e.occurred_on >= p_first and p.amount < 0), 0)::bigint as credit
          from kentongan.accounts a
          join kentongan.postings p on p.account_id = a.id
          join kentongan.journal_entries e on e.id = p.entry_id and e.occurred_on <= p_last
         where a.group_id = (kentongan.group_by_code(p_group)).id
         group by a.kind
    )
    select s.kind, kentongan.account_name(s.kind), s.accounts, s.opening, s.debit, s.credit, s.opening + s.debit - s.credit
      from (select s.*, kentongan.kind_order(s.kind) as place from sums s
            union all
            select 'total', sum(accounts)::int, sum(opening)::bigint, sum(debit)::bigint, sum(credit)::bigint, 99
              from sums having count(*) > 0) s
     order by s.place, s.kind
$$;
comment on function api.trial_balance(text, date, date) is
    'Each kind of account, members'' taken together: balance before, debits and credits of these days, balance after. Debit positive, so the balances sum to zero and debits equal credits (last row)';

create or replace function api.balance_sheet(p_group text, p_day date)
returns table (section text, account text, name text, accounts int, balance bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with sums as (
        select a.kind, k.class, count(distinct a.id)::int as accounts, sum(p.amount)::bigint as amount
          from kentongan.accounts a
          join kentongan.account_kinds k on k.kind = a.kind
          join kentongan.postings p on p.account_id = a.id
          join kentongan.journal_entries e on e.id = p.entry_id and e.occurred_on <= p_day
         where a.group_id = (kentongan.group_by_code(p_group)).id
         group by a.kind, k.class
    ), lines as (
        select case class when 'asset' then 'aset' when 'liability' then 'kewajiban' else 'modal' end as section, kind, accounts,
               case class when 'asset' then amount else -amount end as balance, kentongan.kind_order(kind) as place
          from sums where class in ('asset', 'liability', 'equity') and amount <> 0
        union all
        select 'modal', 'surplus', count(*)::int, coalesce(-sum(amount), 0)::bigint, kentongan.kind_order('surplus')
          from sums where class in ('income', 'expense') having count(*) > 0
    )
    select section, kind, kentongan.account_name(kind), accounts, balance
      from (select * from lines
            union all
            select section, 'total', null, sum(balance)::bigint, 98 from lines where section = 'aset' group by section
            union all
            select 'kewajiban dan modal', 'total', null, sum(balance)::bigint, 99 from lines where section <> 'aset' having count(*) > 0) l
     order by case section when 'aset' then 1 when 'kewajiban' then 2 when 'modal' then 3 else 4 end, place
$$;
comment on function api.balance_sheet(text, date) is
    'What a group has (aset) and owes (kewajiban, modal with what the running year earned) at the end of a day; both totals are equal';

create or replace function api.income_statement(p_group text, p_first date, p_last date)
returns table (section text, account text, name text, amount bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with lines as (
        select case r.class when 'income' then 'pendapatan' else 'biaya' end as section, r.kind,
               case r.class when 'income' then -r.amount else r.amount end as amount, kentongan.kind_order(r.kind) as place
          from kentongan.results((kentongan.group_by_code(p_group)).id, p_first, p_last) r
    )
    select section, kind, case when section = 'sisa hasil usaha' then 'Sisa hasil usaha' else kentongan.account_name(kind) end, amount
      from (select * from lines
            union all
            select section, 'total', sum(amount)::bigint, 97 from lines group by section
            union all
            select 'sisa hasil usaha', 'total', sum(case section when 'biaya' then -amount else amount end)::bigint, 99
              from lines having count(*) > 0) l
     order by case section when 'pendapatan' then 1 when 'biaya' then 2 else 3 end, place
$$;
comment on function api.income_statement(text, date, date) is
    'Income, expenses and what is left of these days; closing entries don''t count, so a closed year still shows what it earned';

create or replace function api.journal(p_group text, p_first date, p_last date)
returns table (entry bigint, day date, posted_at timestamptz, kind text, code text, who text, second text, reason text,
               reverses bigint, account text, member int, loan int, debit bigint, credit bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select e.id, e.occurred_on, e.posted_at, e.kind, q.code, coalesce(who.number || ' ' || who.name, 'operator:' || e.operator),
           sec.number || ' ' || sec.name, nullif(e.reason, ''), e.reverses_id, a.kind, coalesce(m.number, lm.number), l.number,
           case when p.amount > 0 then p.amount end, case when p.amount < 0 then -p.amount end
      from kentongan.journal_entries e
      join kentongan.postings p on p.entry_id = e.id
      join kentongan.accounts a on a.id = p.account_id
      left join kentongan.requests q on q.id = e.request_id
      left join kentongan.members who on who.id = e.actor_id
      left join kentongan.members sec on sec.id = e.second_id
      left join kentongan.members m on m.id = a.member_id
      left join kentongan.loans l on l.id = a.loan_id
      left join kentongan.members lm on lm.id = l.member_id
     where e.group_id = (kentongan.group_by_code(p_group)).id and e.occurred_on between p_first and p_last
     order by e.occurred_on, e.id, p.amount < 0, p.line
$$;
comment on function api.journal(text, date, date) is
    'Every posting of these days with its entry: who and second, why, what it reverses; account, member''s and loan''s number; debits first';

create or replace function api.member_statement(p_group text, p_number int, p_first date, p_last date)
returns table (day date, account text, loan int, what text, code text, taken bigint, given bigint, balance bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with mine as (
        -- Cash that an officer keeps isn't hers.
        select a.id, a.kind, l.number as loan, k.normal
          from kentongan.member_by_number(kentongan.group_by_code(p_group), p_number) m
          join kentongan.accounts a on a.member_id = m.id or a.loan_id in (select id from kentongan.loans where member_id = m.id)
          join kentongan.account_kinds k on k.kind = a.kind
          left join kentongan.loans l on l.id = a.loan_id
         where a.kind <> 'cash'
    ), moves as (
        select x.id, x.kind, x.loan, x.normal, e.id as entry, e.occurred_on, e.kind as what, q.code, p.amount,
               (x.normal * sum(p.amount) over (partition by x.id order by e.occurred_on, e.id))::bigint as after
          from mine x
          join kentongan.postings p on p.account_id = x.id
          join kentongan.journal_entries e on e.id = p.entry_id
          left join kentongan.requests q on q.id = e.request_id
         where e.occurred_on <= p_last
    )
    select s.day, s.account, s.loan, s.what, s.code, s.taken, s.given, s.after
      from (select p_first as day, kind as account, loan, 'saldo awal' as what, null::text as code, null::bigint as taken,
                   null::bigint as given, (normal * sum(amount))::bigint as after, 0::bigint as entry, kentongan.kind_order(kind) as place
              from moves where occurred_on < p_first group by id, kind, loan, normal having sum(amount) <> 0
            union all
            select occurred_on, kind, loan, what, code, case when amount > 0 then amount end, case when amount < 0 then -amount end,
                   after, entry, kentongan.kind_order(kind)
              from moves where occurred_on >= p_first) s
     order by s.day, s.entry, s.place, s.loan
$$;
comment on function api.member_statement(text, int, date, date) is
    'A member''s savings and loans in these days: the balance before, each movement (taken: to the member, given: by her) and the balance after it';
