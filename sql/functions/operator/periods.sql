-- Closed years and cycles, for the operator to look at.

create or replace function kentongan.period_by_label(p_group kentongan.groups, p_label text) returns kentongan.periods
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    d kentongan.periods;
begin
    select * into d from kentongan.periods where group_id = p_group.id and label = p_label and status <> 'dropped';
    if not found then
        raise exception 'group % has no period %', p_group.code, p_label
            using errcode = 'KT404', hint = format('`kentongan period list %s` shows them', p_group.code);
    end if;
    return d;
end $$;
comment on function kentongan.period_by_label(kentongan.groups, text) is 'The period, or KT404 with a hint';

create or replace function api.period_list(p_group text)
returns table (label text, kind text, first_day date, last_day date, status text, surplus bigint, members_part bigint, members int,
               code text, closed_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.label, d.kind, d.first_day, d.last_day, d.status, d.surplus, s.part, s.members, r.code, d.closed_at
      from kentongan.periods d
      join kentongan.requests r on r.id = d.request_id
      left join lateral (select sum(savings_share + business_share)::bigint as part, count(*)::int as members
                           from kentongan.period_shares where period_id = d.id) s on true
     where d.group_id = (kentongan.group_by_code(p_group)).id
       and (d.status = 'closed' or d.status = 'proposed' and r.status in ('confirming', 'pending') and r.expires_at > kentongan.now())
     order by d.last_day, d.id
$$;
comment on function api.period_list(text) is 'Closed years and cycles, and one that two officers are just asked to close';

create or replace function api.period_show(p_group text, p_label text)
returns table (label text, kind text, first_day date, last_day date, status text, surplus bigint, reserve bigint, savings_part bigint,
               business_part bigint, officers bigint, education bigint, social bigint, percent jsonb, code text, proposed_by text,
               agreed_by text, closed_at timestamptz, entry bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.label, d.kind, d.first_day, d.last_day, d.status, d.surplus, posted.reserve, s.savings, s.business, posted.officers,
           posted.education, posted.social, d.percent, r.code, (select name from kentongan.members where id = r.first_officer),
           (select name from kentongan.members where id = r.decided_by), d.closed_at, d.entry_id
      from kentongan.period_by_label(kentongan.group_by_code(p_group), p_label) d
      join kentongan.requests r on r.id = d.request_id
      left join lateral (select sum(savings_share)::bigint as savings, sum(business_share)::bigint as business
                           from kentongan.period_shares where period_id = d.id) s on true
      left join lateral (
        select -sum(p.amount) filter (where a.kind = 'reserve')::bigint as reserve,
               -sum(p.amount) filter (where a.kind = 'officers_fund')::bigint as officers,
               -sum(p.amount) filter (where a.kind = 'education_fund')::bigint as education,
               -sum(p.amount) filter (where a.kind = 'social_fund')::bigint as social
          from kentongan.postings p join kentongan.accounts a on a.id = p.account_id where p.entry_id = d.entry_id) posted on true
$$;
comment on function api.period_show(text, text) is 'One period: the surplus, where its parts went, by whose word';

create or replace function api.period_shares(p_group text, p_label text)
returns table (member int, name text, savings bigint, business bigint, savings_share bigint, business_share bigint, share bigint,
               not_taken bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.name, s.savings, s.business, s.savings_share, s.business_share, s.savings_share + s.business_share,
           kentongan.balance(m.group_id, 'shu_payable', m.id)
      from kentongan.period_by_label(kentongan.group_by_code(p_group), p_label) d
      join kentongan.period_shares s on s.period_id = d.id
      join kentongan.members m on m.id = s.member_id
     order by m.number
$$;
comment on function api.period_shares(text, text) is 'Each member''s share of a period with what it was reckoned from, and what of all SHU is not taken yet';
