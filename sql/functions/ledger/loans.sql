-- Where a loan stands: scheduled against paid. Each version of a schedule holds
-- the whole loan from its first instalment, so sums through an instalment are
-- compared with all that was ever paid.

create or replace view kentongan.loan_state with (security_invoker = true) as
select l.id, l.group_id, l.member_id, l.number, l.principal,
       (l.fine_due + f.charged - p.fine)::bigint as fine_due, coalesce(a.balance, 0) as remaining,
       (select count(*) from kentongan.loan_schedule s where s.loan_id = l.id and s.version = l.schedule_version) as instalments,
       d.n, d.due_on, d.due_principal, d.due_interest::bigint as due_interest, l.status
  from kentongan.loans l
  left join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
  cross join lateral (select coalesce(sum(fine), 0) as fine, coalesce(sum(interest), 0) as interest,
                             coalesce(sum(principal), 0) as principal
                        from kentongan.loan_payments where loan_id = l.id) p
  cross join lateral (select coalesce(sum(amount), 0) as charged from kentongan.loan_fines where loan_id = l.id) f
  left join lateral (
        -- The first instalment that is not wholly paid.
        select s.n, s.due_on, greatest(least(s.principal, s.through - p.principal), 0) as due_principal,
               greatest(least(s.interest, s.interest_through - p.interest), 0) as due_interest
          from (select n, due_on, principal, interest, sum(principal) over (order by n) as through,
                       sum(interest) over (order by n) as interest_through
                  from kentongan.loan_schedule where loan_id = l.id and version = l.schedule_version) s
         where l.status = 'running' and (s.through > p.principal or s.interest_through > p.interest)
         order by s.n limit 1) d on true;
comment on view kentongan.loan_state is 'Each loan with what is left of it, fines not paid, and its first unpaid instalment, reckoned from ledger and payments';

create or replace function kentongan.scheduled(p_loan bigint, p_n int, out principal bigint, out interest bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    select coalesce(sum(s.principal), 0), coalesce(sum(s.interest), 0) into principal, interest
      from kentongan.loans l
      join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
     where l.id = p_loan and s.n <= p_n;
end $$;
comment on function kentongan.scheduled(bigint, int) is 'What the schedule wants paid through the n-th instalment';

create or replace function kentongan.paid(p_loan bigint, out fine bigint, out interest bigint, out principal bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    select coalesce(sum(p.fine), 0), coalesce(sum(p.interest), 0), coalesce(sum(p.principal), 0)
      into fine, interest, principal
      from kentongan.loan_payments p where p.loan_id = p_loan;
end $$;
comment on function kentongan.paid(bigint) is 'All that was paid on a loan, reversals taken off';

create or replace function kentongan.current_instalment(p_loan bigint, p_day date) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(min(s.n) filter (where s.due_on >= p_day), max(s.n), 0)
              from kentongan.loans l
              join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
             where l.id = p_loan);
end $$;
comment on function kentongan.current_instalment(bigint, date) is
    'The number of the instalment that falls due that day or next; the last one when all are due';

create or replace function kentongan.last_due(p_loan bigint, p_day date) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(max(s.n) filter (where s.due_on <= p_day), 0)
              from kentongan.loans l
              join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
             where l.id = p_loan);
end $$;
comment on function kentongan.last_due(bigint, date) is 'The number of the last instalment that has fallen due by that day, 0 for none';

create or replace function kentongan.due_through(p_loan bigint, p_n int, out fine bigint, out interest bigint, out principal bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_paid record;
    v_wanted record;
    v_left bigint;
begin
    select * into v_paid from kentongan.paid(p_loan);
    select * into v_wanted from kentongan.scheduled(p_loan, p_n);
    select kentongan.balance(group_id, 'loan', member_id, id) into v_left from kentongan.loans where id = p_loan;
    fine := (select greatest(l.fine_due + coalesce((select sum(amount) from kentongan.loan_fines where loan_id = l.id), 0)
                             - v_paid.fine, 0) from kentongan.loans l where l.id = p_loan);
    interest := greatest(v_wanted.interest - v_paid.interest, 0);
    principal := greatest(least(v_wanted.principal - v_paid.principal, v_left), 0);
end $$;
comment on function kentongan.due_through(bigint, int) is
    'What is unpaid of the first n instalments, and the fines charged and not paid';

create or replace function kentongan.loan_due(p_loan bigint, p_day date, out fine bigint, out interest bigint, out principal bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    select d.fine, d.interest, d.principal into fine, interest, principal
      from kentongan.due_through(p_loan, kentongan.current_instalment(p_loan, p_day)) d;
end $$;
comment on function kentongan.loan_due(bigint, date) is
    'What a payment on that day has to cover: fines, and interest and principal of the instalments due by then and of the current one. Later interest is never demanded';

create or replace function kentongan.loan_overdue(p_loan bigint, p_day date, out fine bigint, out interest bigint,
                                                  out principal bigint, out count int, out since date)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_paid record;
    v_last int;
begin
    select * into v_paid from kentongan.paid(p_loan);
    select coalesce(max(s.n), 0), count(*) filter (where s.through > v_paid.principal or s.interest_through > v_paid.interest),
           min(s.due_on) filter (where s.through > v_paid.principal or s.interest_through > v_paid.interest)
      into v_last, count, since
      from (select s.n, s.due_on, sum(s.principal) over (order by s.n) as through, sum(s.interest) over (order by s.n) as interest_through
              from kentongan.loans l
              join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
             where l.id = p_loan) s
     where s.due_on < p_day;
    select d.fine, d.interest, d.principal into fine, interest, principal from kentongan.due_through(p_loan, v_last) d;
end $$;
comment on function kentongan.loan_overdue(bigint, date) is
    'Arrears: what is unpaid of the instalments that were due before that day, how many, since when';

create or replace function kentongan.charge_fines(p_loan bigint, p_day date default null, p_group bigint default null) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
begin
    insert into kentongan.loan_fines (loan_id, version, n, amount, at)
    select s.id, s.version, s.n, s.fine_amount, kentongan.now()
      from (select l.id, sc.version, sc.n, sc.due_on, g.fine_amount, g.fine_grace_days, l.group_id, p.principal, p.interest,
                   sum(sc.principal) over (partition by l.id order by sc.n) as through,
                   sum(sc.interest) over (partition by l.id order by sc.n) as interest_through
              from kentongan.loans l
              join kentongan.groups g on g.id = l.group_id and g.fine_amount > 0
              join kentongan.loan_schedule sc on sc.loan_id = l.id and sc.version = l.schedule_version
              cross join lateral kentongan.paid(l.id) p
             where l.status = 'running' and (l.id = p_loan or l.group_id = p_group)) s
     where s.due_on + s.fine_grace_days < coalesce(p_day, kentongan.today(s.group_id))
       and (s.through > s.principal or s.interest_through > s.interest)
       -- The schedule may have got a new version since the fine.
       and not exists (select 1 from kentongan.loan_fines f where f.loan_id = s.id and f.n = s.n)
    on conflict do nothing;
    get diagnostics v_n = row_count;
    return v_n;
end $$;
comment on function kentongan.charge_fines(bigint, date, bigint) is
    'Charges the group''s fine, once for each instalment that is later than the days of grace and not wholly paid; for one loan or all that run in a group. Returns how many';

create or replace function kentongan.fines_of_day() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g record;
    v_n int := 0;
begin
    for g in select d.id, d.day from (select id, kentongan.today(id) as day from kentongan.groups where fine_amount > 0) d
              where not exists (select 1 from kentongan.fine_days f where f.group_id = d.id and f.day >= d.day)
              order by d.id limit 100 loop
        begin
            -- Who writes the day charges; a second leader waits here, and finds it written.
            insert into kentongan.fine_days (group_id, day) values (g.id, g.day)
            on conflict (group_id) do update set day = excluded.day where fine_days.day < excluded.day;
            if found then
                v_n := v_n + kentongan.charge_fines(null, g.day, g.id);
            end if;
        exception when others then
            perform kentongan.timed_failed('fines_of_day', kentongan.group_params(g.id) ->> 'group', sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.fines_of_day() is
    'Fines of what has become overdue, when a day begins on the group''s clock: nothing changes in between but by a payment, which looks for itself. A hundred groups at a time';
