-- Loans, offices and cash of a group, for the operator to look at.

create or replace function kentongan.loan_by_number(p_group kentongan.groups, p_number int) returns kentongan.loans
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
begin
    select * into l from kentongan.loans where group_id = p_group.id and number = p_number;
    if not found then
        raise exception 'group % has no loan P-%', p_group.code, p_number
            using errcode = 'KT404', hint = format('`kentongan loan list %s` shows them', p_group.code);
    end if;
    return l;
end $$;
comment on function kentongan.loan_by_number(kentongan.groups, int) is 'The loan, or KT404 with a hint';

create or replace function api.loan_list(p_group text)
returns table (loan int, member int, name text, principal bigint, left_over bigint, next int, due_on date, due bigint, late_days int,
               fine_due bigint, status text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.number, m.number, m.name, l.principal, s.remaining, s.n, s.due_on, s.due_principal + s.due_interest,
           nullif(greatest(kentongan.today(l.group_id) - s.due_on, 0), 0), s.fine_due, l.status
      from kentongan.loans l
      join kentongan.members m on m.id = l.member_id
      join kentongan.loan_state s on s.id = l.id
     where l.group_id = (kentongan.group_by_code(p_group)).id
     order by l.status <> 'running', l.number
$$;
comment on function api.loan_list(text) is 'A group''s loans, running ones first: what is left, the next instalment, days late';

create or replace function api.loan_show(p_group text, p_number int)
returns table (loan int, member int, name text, principal bigint, left_over bigint, method text, permille int, unit text,
               disbursed_on date, status text, settled_on date, fine_due bigint, schedule int, code text, approved_by text,
               seconded_by text, stood_in bigint, stood_in_repaid bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.number, m.number, m.name, l.principal, kentongan.balance(l.group_id, 'loan', l.member_id, l.id), l.method, l.permille, l.unit,
           l.disbursed_on, l.status, l.settled_on, s.fine_due, l.schedule_version, r.code,
           (select name from kentongan.members where id = coalesce(r.first_officer, r.decided_by)),
           (select name from kentongan.members where id = r.decided_by and r.first_officer is not null),
           (select sum(amount)::bigint from kentongan.stand_ins where loan_id = l.id),
           (select sum(repaid)::bigint from kentongan.stand_ins where loan_id = l.id)
      from kentongan.loan_by_number(kentongan.group_by_code(p_group), p_number) l
      join kentongan.members m on m.id = l.member_id
      join kentongan.loan_state s on s.id = l.id
      left join kentongan.requests r on r.id = l.request_id
$$;
comment on function api.loan_show(text, int) is 'One loan: terms, what is left, who agreed to it, who stood in';

create or replace function api.loan_schedule(p_group text, p_number int)
returns table (n int, due_on date, principal bigint, interest bigint, fine bigint, left_after bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.n, s.due_on, s.principal, s.interest, f.amount,
           (sum(s.principal) over () - sum(s.principal) over (order by s.n))::bigint
      from kentongan.loan_by_number(kentongan.group_by_code(p_group), p_number) l
      join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
      left join kentongan.loan_fines f on f.loan_id = s.loan_id and f.version = s.version and f.n = s.n
     order by s.n
$$;
comment on function api.loan_schedule(text, int) is 'The instalments of a loan as they stand now, fines charged, and what is left after each';

create or replace function api.loan_payments(p_group text, p_number int)
returns table (day date, code text, who text, fine bigint, interest bigint, principal bigint, total bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.on_day, r.code, w.name, p.fine, p.interest, p.principal, p.fine + p.interest + p.principal
      from kentongan.loan_by_number(kentongan.group_by_code(p_group), p_number) l
      join kentongan.loan_payments p on p.loan_id = l.id
      left join kentongan.journal_entries e on e.id = p.entry_id
      left join kentongan.requests r on r.id = e.request_id
      left join kentongan.members w on w.id = e.actor_id
     order by p.id
$$;
comment on function api.loan_payments(text, int) is 'How each payment of a loan was divided; a reversed one stands again with minus';

create or replace function api.officer_list(p_group text)
returns table (role text, member int, name text, msisdn text, since timestamptz, until timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.role, m.number, m.name, kentongan.phone_of(m.id), o.since, o.until
      from kentongan.officers o join kentongan.members m on m.id = o.member_id
     where o.group_id = (kentongan.group_by_code(p_group)).id
     order by o.until is not null, array_position(array['ketua', 'sekretaris', 'bendahara', 'pengawas'], o.role), o.since, o.id
$$;
comment on function api.officer_list(text) is 'Who holds each office, and who held it before';
