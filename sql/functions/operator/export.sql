-- A group's people and figures as tables, for `kentongan export` and other programs.

create or replace function api.export_members(p_group text)
returns table (number int, name text, short_name text, msisdn text, language text, status text, joined_on date, left_on date,
               consent_at timestamptz, offices text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.name, m.short_name, kentongan.phone_of(m.id), kentongan.lang_of(m.id), m.status, m.joined_on, m.left_on,
           m.consent_at, (select string_agg(o.role, ' ' order by o.id) from kentongan.officers o where o.member_id = m.id and o.until is null)
      from kentongan.members m where m.group_id = (kentongan.group_by_code(p_group)).id
     order by m.number
$$;
comment on function api.export_members(text) is 'Every member with phone, standing, consent and offices';

create or replace function api.export_balances(p_group text)
returns table (number int, name text, status text, pokok bigint, wajib bigint, sukarela bigint, arisan bigint, shu bigint, loans bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.name, m.status, b.pokok, b.wajib, b.sukarela, b.arisan, b.shu, kentongan.loans_left(m.id)
      from kentongan.members m
      cross join lateral (
        select coalesce(-sum(balance) filter (where kind = 'pokok'), 0)::bigint as pokok,
               coalesce(-sum(balance) filter (where kind = 'wajib'), 0)::bigint as wajib,
               coalesce(-sum(balance) filter (where kind = 'sukarela'), 0)::bigint as sukarela,
               coalesce(-sum(balance) filter (where kind = 'arisan'), 0)::bigint as arisan,
               coalesce(-sum(balance) filter (where kind = 'shu_payable'), 0)::bigint as shu
          from kentongan.accounts where member_id = m.id) b
     where m.group_id = (kentongan.group_by_code(p_group)).id
     order by m.number
$$;
comment on function api.export_balances(text) is 'Every member''s savings, SHU not yet taken and what is left of loans, now';

create or replace function api.export_loans(p_group text)
returns table (loan int, member int, name text, principal bigint, method text, permille int, unit text, instalments int,
               disbursed_on date, status text, settled_on date, left_over bigint, paid_principal bigint, paid_interest bigint,
               paid_fines bigint, fine_due bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.number, m.number, m.name, l.principal, l.method, l.permille, l.unit,
           (select count(*)::int from kentongan.loan_schedule s where s.loan_id = l.id and s.version = l.schedule_version),
           l.disbursed_on, l.status, l.settled_on, kentongan.balance(l.group_id, 'loan', l.member_id, l.id),
           coalesce(p.principal, 0), coalesce(p.interest, 0), coalesce(p.fine, 0), s.fine_due
      from kentongan.loans l
      join kentongan.members m on m.id = l.member_id
      join kentongan.loan_state s on s.id = l.id
      left join lateral (select sum(principal)::bigint as principal, sum(interest)::bigint as interest, sum(fine)::bigint as fine
                           from kentongan.loan_payments where loan_id = l.id) p on true
     where l.group_id = (kentongan.group_by_code(p_group)).id
     order by l.number
$$;
comment on function api.export_loans(text) is 'Every loan that there was, with its terms, what was paid and what is left';
