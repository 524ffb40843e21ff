-- The year's end: what the group earned and how the meeting divides it.

create or replace function kentongan.largest_remainder(p_total bigint, p_weights numeric[]) returns bigint[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_sum numeric := (select sum(w) from unnest(p_weights) w);
    v_parts bigint[];
begin
    if p_total < 0 or exists (select 1 from unnest(p_weights) w where w < 0 or w is null) then
        raise exception 'what is divided, and the weights, may not be below zero' using errcode = 'KT400';
    elsif coalesce(v_sum, 0) = 0 then
        return null;
    end if;
    -- Whole numbers all the way: div and what it leaves are exact, however large the product.
    select array_agg(s.part + (s.place <= p_total - s.given)::int order by s.n) into v_parts
      from (select w.n, div(p_total * w.weight, v_sum)::bigint as part,
                   row_number() over (order by p_total * w.weight - div(p_total * w.weight, v_sum) * v_sum desc, w.n) as place,
                   sum(div(p_total * w.weight, v_sum)) over () as given
              from unnest(p_weights) with ordinality as w(weight, n)) s;
    return v_parts;
end $$;
comment on function kentongan.largest_remainder(bigint, numeric[]) is
    'Divides an amount by weights into whole parts that sum exactly to it, each within 1 of the exact one: what is left over goes to the largest remainders, ties to who stands first. Null where there is no weight';

create or replace function kentongan.in_closed_period(p_group bigint, p_day date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- On the day of a share-out the next cycle begins.
    return exists (select 1 from kentongan.periods
                    where group_id = p_group and status = 'closed'
                      and (last_day > p_day or last_day = p_day and kind = 'shu'));
end $$;
comment on function kentongan.in_closed_period(bigint, date) is 'Whether the books of a day are closed: nothing is posted into or before a closed period';

create or replace function kentongan.is_closing(p_kind text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select p_kind in ('shu_close', 'share_out')
$$;
comment on function kentongan.is_closing(text) is 'Whether an entry of this kind ends a period: it empties income and expenses and is none itself';

create or replace function kentongan.results(p_group bigint, p_first date, p_last date)
returns table (account_id bigint, kind text, class text, amount bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select a.id, a.kind, k.class, sum(p.amount)::bigint
      from kentongan.accounts a
      join kentongan.account_kinds k on k.kind = a.kind and k.class in ('income', 'expense')
      join kentongan.postings p on p.account_id = a.id
      join kentongan.journal_entries e on e.id = p.entry_id
     where a.group_id = p_group and e.occurred_on between p_first and p_last and not kentongan.is_closing(e.kind)
     group by a.id, k.class
     order by k.class desc, a.kind;
end $$;
comment on function kentongan.results(bigint, date, date) is
    'Income and expense accounts with what was posted to them in these days, debit positive; closing entries don''t count';

create or replace function kentongan.surplus(p_group bigint, p_first date, p_last date) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(-sum(amount), 0)::bigint from kentongan.results(p_group, p_first, p_last));
end $$;
comment on function kentongan.surplus(bigint, date, date) is 'Income less expenses of these days; below zero: a loss';

create or replace function kentongan.shu_basis(p_group bigint, p_first date, p_last date)
returns table (member_id bigint, number int, savings bigint, business bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select m.id, m.number, greatest(coalesce(s.savings, 0), 0)::bigint, greatest(coalesce(b.business, 0), 0)::bigint
      from kentongan.members m
      left join (select a.member_id, -sum(p.amount) as savings
                   from kentongan.accounts a
                   join kentongan.postings p on p.account_id = a.id
                   join kentongan.journal_entries e on e.id = p.entry_id
                  where a.group_id = p_group and a.kind in ('pokok', 'wajib', 'sukarela') and e.occurred_on <= p_last
                  group by a.member_id) s on s.member_id = m.id
      left join (select l.member_id, sum(lp.interest) as business
                   from kentongan.loans l
                   join kentongan.loan_payments lp on lp.loan_id = l.id
                   join kentongan.journal_entries e on e.id = lp.entry_id
                  where l.group_id = p_group and e.occurred_on between p_first and p_last
                  group by l.member_id) b on b.member_id = m.id
     -- Who has left was paid what was hers; a share that nobody can take would lie there for ever.
     where m.group_id = p_group and m.status = 'active'
     order by m.number;
end $$;
comment on function kentongan.shu_basis(bigint, date, date) is
    'What the surplus is divided by, among those who are members now: each one''s savings (pokok, wajib, sukarela) at the last day, and interest paid in these days, what was reversed taken off';

create or replace function kentongan.shu_plan(p_group bigint, p_first date, p_last date, p_percent jsonb,
    out surplus bigint, out reserve bigint, out savings bigint, out business bigint, out officers bigint,
    out education bigint, out social bigint, out all_savings bigint, out all_business bigint, out shares jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_parts bigint[];
begin
    surplus := kentongan.surplus(p_group, p_first, p_last);
    v_parts := kentongan.largest_remainder(greatest(surplus, 0), array[
        coalesce((p_percent ->> 'reserve')::numeric, 0), coalesce((p_percent ->> 'savings')::numeric, 0),
        coalesce((p_percent ->> 'business')::numeric, 0), coalesce((p_percent ->> 'officers')::numeric, 0),
        coalesce((p_percent ->> 'education')::numeric, 0), coalesce((p_percent ->> 'social')::numeric, 0)]);
    reserve := v_parts[1]; savings := v_parts[2]; business := v_parts[3];
    officers := v_parts[4]; education := v_parts[5]; social := v_parts[6];
    select coalesce(sum(b.savings), 0), coalesce(sum(b.business), 0) into all_savings, all_business
      from kentongan.shu_basis(p_group, p_first, p_last) b;
    -- A part that nobody has a claim to stays with the group; a loss is the reserve's, too.
    if all_savings = 0 then
        reserve := reserve + savings; savings := 0;
    end if;
    if all_business = 0 then
        reserve := reserve + business; business := 0;
    end if;
    reserve := reserve + least(surplus, 0);
    shares := kentongan.shu_shares(p_group, p_first, p_last, savings, business);
end $$;
comment on function kentongan.shu_plan(bigint, date, date, jsonb) is
    'The surplus of these days and its division by the percentages: reserve, funds, and the members'' two parts with each member''s share (shares). The parts sum exactly to the surplus, the shares to the members'' parts; a loss is all the reserve''s';

create or replace function kentongan.shu_shares(p_group bigint, p_first date, p_last date, p_savings bigint, p_business bigint)
returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_shares jsonb;
begin
    with basis as materialized (
        select b.*, row_number() over (order by b.number) as n from kentongan.shu_basis(p_group, p_first, p_last) b
         where b.savings > 0 or b.business > 0
    ), parts as materialized (
        select kentongan.largest_remainder(p_savings, array_agg(b.savings::numeric order by b.n)) as by_savings,
               kentongan.largest_remainder(p_business, array_agg(b.business::numeric order by b.n)) as by_business
          from basis b
    )
    select coalesce(jsonb_agg(jsonb_build_object('member', b.member_id, 'savings', b.savings, 'business', b.business,
                                                 'savings_share', coalesce(s.share, 0), 'business_share', coalesce(u.share, 0))
                              order by b.n), '[]')
      into v_shares
      from basis b cross join parts
      left join lateral unnest(parts.by_savings) with ordinality as s(share, n) on s.n = b.n
      left join lateral unnest(parts.by_business) with ordinality as u(share, n) on u.n = b.n;
    return v_shares;
end $$;
comment on function kentongan.shu_shares(bigint, date, date, bigint, bigint) is
    'The members'' two parts divided by savings and by interest paid: a list of {member, savings, business, savings_share, business_share}; ties go to the smaller number';

create or replace function kentongan.share_lines(p_shares jsonb)
returns table (member_id bigint, savings bigint, business bigint, savings_share bigint, business_share bigint)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select x.member, x.savings, x.business, x.savings_share, x.business_share
      from jsonb_to_recordset(p_shares) as x(member bigint, savings bigint, business bigint, savings_share bigint,
                                             business_share bigint);
end $$;
comment on function kentongan.share_lines(jsonb) is 'The list that shu_shares returns, as rows';

create or replace function kentongan.share_out_plan(p_group bigint, out surplus bigint, out saved bigint, out loans int,
                                                    out taking int, out shares jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    select coalesce(-sum(a.balance), 0) into surplus
      from kentongan.accounts a join kentongan.account_kinds k on k.kind = a.kind
     where a.group_id = p_group and k.class in ('income', 'expense');
    select coalesce(-sum(balance), 0) into saved from kentongan.accounts
     where group_id = p_group and kind in ('pokok', 'wajib', 'sukarela');
    select count(*) into loans from kentongan.accounts
     where group_id = p_group and kind in ('loan', 'renteng') and balance <> 0;
    select count(*) into taking from kentongan.requests r join kentongan.request_kinds k on k.kind = r.kind and k.takes
     where r.group_id = p_group and r.status = 'approved';
    if saved + surplus < 0 or saved = 0 and surplus > 0 then
        return;
    end if;
    with basis as (
        select m.id, m.number, -sum(a.balance) as savings
          from kentongan.accounts a join kentongan.members m on m.id = a.member_id
         where a.group_id = p_group and a.kind in ('pokok', 'wajib', 'sukarela')
         group by m.id having sum(a.balance) < 0
    ), parts as materialized (
        select kentongan.largest_remainder(abs(surplus), array_agg(b.savings order by b.number)) as part from basis b
    )
    select coalesce(jsonb_agg(jsonb_build_object('member', b.id, 'savings', b.savings, 'business', 0,
                                                 'savings_share', sign(surplus) * p.share, 'business_share', 0) order by b.n), '[]')
      into shares
      from (select *, row_number() over (order by number) as n from basis) b
      cross join parts
      cross join lateral unnest(parts.part) with ordinality as p(share, n)
     where p.n = b.n;
end $$;
comment on function kentongan.share_out_plan(bigint, out bigint, out bigint, out int, out int, out jsonb) is
    'What a share-out would give today: surplus not yet divided, all savings, loans still running, payouts under way, and each member''s share by savings (shares; null where a loss is larger than all savings, or nobody saved)';
