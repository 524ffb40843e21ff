-- How a payment on a loan is divided, and what it leaves behind. Who posts one
-- (BAYAR, a meeting's list) does it in three steps, in one transaction, members
-- locked before:
--   p := kentongan.loan_payment(loan, amount, day)   locks the loan, charges fines, divides
--        p.accounts, p.amounts: the lines without the cash, summing to -amount. Each account
--        stands once, but two payments of one entry may have an account in common (interest,
--        fines, who stood in): sum by account, leave out sums of zero.
--        p.renteng + p.fine + p.interest + p.principal + p.rest = amount
--   entry := kentongan.post(…)                       with the cash
--   kentongan.note_payment(loan, entry, day, p.renteng, p.fine, p.interest, p.principal, ctx)
--        true: the loan is settled by it
-- A reversing entry: kentongan.unnote_payments(entry, reversal) behind its post; harmless where
-- the entry holds no payment.

create or replace function kentongan.loan_split(p_loan bigint, p_amount bigint, p_day date, p_overdue boolean default false,
                                                out fine bigint, out interest bigint, out principal bigint, out rest bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_due record;
    v_order text[];
    v_left bigint;
    v_part text;
    v_take bigint;
    v_n int;
begin
    select g.repayment_order, kentongan.balance(l.group_id, 'loan', l.member_id, l.id) into strict v_order, v_left
      from kentongan.loans l join kentongan.groups g on g.id = l.group_id where l.id = p_loan;
    -- What has fallen due goes before the instalment under way: else its interest
    -- would be taken while an older one stays open.
    fine := 0; interest := 0; principal := 0; rest := p_amount;
    foreach v_n in array array[kentongan.last_due(p_loan, case when p_overdue then p_day - 1 else p_day end),
                               case when not p_overdue then kentongan.current_instalment(p_loan, p_day) end] loop
        continue when v_n is null;
        select * into v_due from kentongan.due_through(p_loan, v_n);
        foreach v_part in array v_order loop
            v_take := least(rest, case v_part when 'fine' then v_due.fine - fine when 'interest' then v_due.interest - interest
                                              else v_due.principal - principal end);
            rest := rest - v_take;
            case v_part when 'fine' then fine := fine + v_take;
                        when 'interest' then interest := interest + v_take;
                        else principal := principal + v_take;
            end case;
        end loop;
    end loop;
    -- Early: what isn't due yet is principal only.
    v_take := least(rest, v_left - principal);
    principal := principal + v_take;
    rest := rest - v_take;
end $$;
comment on function kentongan.loan_split(bigint, bigint, date, boolean) is
    'What an amount covers: what is due by that day (or only what is overdue) in the group''s order, then in the same order the instalment under way, then principal; rest is what nobody owes';

create or replace function kentongan.renteng_shares(p_member bigint, p_amount bigint)
returns table (stand_in_id bigint, member_id bigint, amount bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
        with open as (select s.id, s.member_id, s.amount - s.repaid as left_over
                        from kentongan.stand_ins s join kentongan.loans l on l.id = s.loan_id
                       where l.member_id = p_member and s.amount > s.repaid),
             parts as (select kentongan.largest_remainder(p_amount, (select array_agg(o.left_over::numeric order by o.id) from open o)) as p)
        select o.id, o.member_id, p.p[o.i]
          from (select *, row_number() over (order by id) as i from open) o, parts p
         where p.p[o.i] > 0
         order by o.id;
end $$;
comment on function kentongan.renteng_shares(bigint, bigint) is
    'To whom a defaulter''s payment goes back, in proportion to what each who stood in still misses';

create or replace function kentongan.payment_lines(p_member bigint, p_loan bigint, p_amount bigint, p_day date,
    out accounts bigint[], out amounts bigint[], out renteng bigint, out fine bigint, out interest bigint,
    out principal bigint, out rest bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_group bigint := (select group_id from kentongan.members where id = p_member);
begin
    renteng := least(p_amount, kentongan.balance(v_group, 'renteng', p_member));
    fine := 0; interest := 0; principal := 0; rest := p_amount - renteng;
    if p_loan is not null then
        perform 1 from kentongan.loans where id = p_loan for no key update;
        perform kentongan.charge_fines(p_loan, p_day);
        select s.fine, s.interest, s.principal, s.rest into fine, interest, principal, rest
          from kentongan.loan_split(p_loan, p_amount - renteng, p_day) s;
    end if;
    select array_agg(x.account order by x.account), array_agg(x.amount order by x.account) into accounts, amounts
      from (select y.account, sum(y.amount)::bigint as amount
              from (select kentongan.account(v_group, k.kind, case when k.own then p_member end, k.loan) as account, -k.amount as amount
                      from (values ('renteng', true, null::bigint, renteng), ('fines', false, null, fine),
                                   ('interest', false, null, interest), ('loan', true, p_loan, principal),
                                   ('sukarela', true, null, rest)) as k(kind, own, loan, amount)
                     where k.amount > 0
                    union all
                    select kentongan.account(v_group, k.kind, s.member_id), k.side * s.amount
                      from kentongan.renteng_shares(p_member, renteng) s,
                           (values ('renteng_due', 1), ('sukarela', -1)) as k(kind, side)
                     where renteng > 0) y
             group by y.account having sum(y.amount) <> 0) x;
end $$;
comment on function kentongan.payment_lines(bigint, bigint, bigint, date) is
    'The lines of a member''s payment, without the cash: first what the group stood in for, then the loan, what is over to sukarela. What comes back to those who stood in goes to their sukarela';

create or replace function kentongan.loan_payment(p_loan bigint, p_amount bigint, p_day date,
    out accounts bigint[], out amounts bigint[], out renteng bigint, out fine bigint, out interest bigint,
    out principal bigint, out rest bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    select x.accounts, x.amounts, x.renteng, x.fine, x.interest, x.principal, x.rest
      into accounts, amounts, renteng, fine, interest, principal, rest
      from kentongan.loans l, kentongan.payment_lines(l.member_id, l.id, p_amount, p_day) x where l.id = p_loan;
end $$;
comment on function kentongan.loan_payment(bigint, bigint, date) is
    'Divides a payment on a loan: locks it, charges its fines, gives the lines to post besides the cash and how much went where';

create or replace function kentongan.note_payment(p_loan bigint, p_entry bigint, p_day date, p_renteng bigint, p_fine bigint,
    p_interest bigint, p_principal bigint, c kentongan.ctx default null) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
begin
    select * into strict l from kentongan.loans where id = p_loan for no key update;
    if p_renteng > 0 then
        perform kentongan.note_renteng(l.member_id, p_entry, p_renteng, c);
    end if;
    if p_fine + p_interest + p_principal > 0 then
        insert into kentongan.loan_payments (loan_id, entry_id, on_day, fine, interest, principal, schedule_version)
        values (p_loan, p_entry, p_day, p_fine, p_interest, p_principal, l.schedule_version);
    end if;
    return kentongan.settle_loan(p_loan, p_day);
end $$;
comment on function kentongan.note_payment(bigint, bigint, date, bigint, bigint, bigint, bigint, kentongan.ctx) is
    'Writes how a posted payment was divided; true when nothing is left and the loan is settled. Call it behind post';

create or replace function kentongan.settle_loan(p_loan bigint, p_day date) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    v_due record;
begin
    select * into strict l from kentongan.loans where id = p_loan;
    if l.status <> 'running' then
        return false;
    end if;
    select * into v_due from kentongan.loan_due(p_loan, p_day);
    if kentongan.balance(l.group_id, 'loan', l.member_id, l.id) = 0 and v_due.fine + v_due.interest = 0 then
        update kentongan.loans set status = 'settled', settled_on = p_day where id = p_loan;
        return true;
    end if;
    perform kentongan.reschedule_early(l, p_day);
    return false;
end $$;
comment on function kentongan.settle_loan(bigint, date) is
    'Settles a running loan on which nothing is left (true); else reckons the schedule anew where principal was paid early';

create or replace function kentongan.new_version(p_loan bigint) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_version int;
begin
    update kentongan.loans
       set schedule_version = 1 + (select max(version) from kentongan.loan_schedule where loan_id = p_loan)
     where id = p_loan returning schedule_version into strict v_version;
    return v_version;
end $$;
comment on function kentongan.new_version(bigint) is 'The number of the version of the schedule that the caller writes now; it is the current one at once';

create or replace function kentongan.reschedule_early(l kentongan.loans, p_day date) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int := kentongan.current_instalment(l.id, p_day);
    v_left bigint := kentongan.balance(l.group_id, 'loan', l.member_id, l.id);
    v_early bigint := (kentongan.paid(l.id)).principal - (kentongan.scheduled(l.id, v_n)).principal;
    v_version int;
begin
    -- Flat interest was agreed on the whole loan; but when no principal is left, what isn't due yet is dropped.
    if v_early <= 0 or l.method = 'flat' and v_left > 0 then
        return;
    end if;
    v_version := kentongan.new_version(l.id);
    insert into kentongan.loan_schedule (loan_id, version, n, due_on, principal, interest)
    select l.id, v_version, s.n, s.due_on, s.principal + case when s.n = v_n then v_early else 0 end, s.interest
      from kentongan.loan_schedule s
     where s.loan_id = l.id and s.version = l.schedule_version and s.n <= v_n;
    if v_left > 0 then
        insert into kentongan.loan_schedule (loan_id, version, n, due_on, principal, interest)
        select l.id, v_version, s.n, s.due_on, x.principal, x.interest
          from (select n, due_on, row_number() over (order by n)::int as i, count(*) over ()::int as of
                  from kentongan.loan_schedule
                 where loan_id = l.id and version = l.schedule_version and n > v_n) s
          join lateral kentongan.make_schedule(v_left, s.of, l.unit, l.permille, l.method, p_day) x on x.n = s.i;
    end if;
end $$;
comment on function kentongan.reschedule_early(kentongan.loans, date) is
    'A new version of the schedule where principal was paid before its time: same days, what is left in equal parts, interest reckoned anew';

create or replace function kentongan.note_renteng(p_member bigint, p_entry bigint, p_amount bigint, c kentongan.ctx default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    s record;
begin
    for s in select * from kentongan.renteng_shares(p_member, p_amount) loop
        insert into kentongan.stand_in_returns (stand_in_id, entry_id, amount) values (s.stand_in_id, p_entry, s.amount);
        update kentongan.stand_ins set repaid = repaid + s.amount where id = s.stand_in_id;
        perform kentongan.tell(s.member_id, 'renteng_back', kentongan.member_params(s.member_id) || jsonb_build_object(
            'amount', s.amount, 'debtor', (select short_name from kentongan.members where id = p_member),
            'code', (select r.code from kentongan.journal_entries e join kentongan.requests r on r.id = e.request_id where e.id = p_entry),
            'balance', kentongan.balance((select group_id from kentongan.members where id = p_member), 'sukarela', s.member_id)), 'notice', c);
    end loop;
end $$;
comment on function kentongan.note_renteng(bigint, bigint, bigint, kentongan.ctx) is
    'Notes that a defaulter paid back what others stood in for, and tells each their part';

create or replace function kentongan.unnote_payments(p_entry bigint, p_reversal bigint, p_member bigint default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    p kentongan.loan_payments;
    l kentongan.loans;
    v_day date := (select occurred_on from kentongan.journal_entries where id = p_reversal);
begin
    for p in select lp.* from kentongan.loan_payments lp join kentongan.loans x on x.id = lp.loan_id
              where lp.entry_id = p_entry and (p_member is null or x.member_id = p_member) order by lp.loan_id loop
        select * into strict l from kentongan.loans where id = p.loan_id for no key update;
        insert into kentongan.loan_payments (loan_id, entry_id, on_day, fine, interest, principal, schedule_version)
        values (l.id, p_reversal, v_day, -p.fine, -p.interest, -p.principal, l.schedule_version);
        update kentongan.loans
           set status = 'running', settled_on = null,
               -- Back to the schedule that the payment found; but what officers agreed on since stays.
               schedule_version = case when kentongan.restructured_since(l, p_entry) then schedule_version
                                       else least(p.schedule_version, schedule_version) end
         where id = l.id returning * into l;
        perform kentongan.reschedule_early(l, v_day);
    end loop;
    with back as (insert into kentongan.stand_in_returns (stand_in_id, entry_id, amount)
                  select stand_in_id, p_reversal, -amount from kentongan.stand_in_returns where entry_id = p_entry and p_member is null
                  returning stand_in_id, amount)
    update kentongan.stand_ins s set repaid = s.repaid + b.amount from back b where s.id = b.stand_in_id;
end $$;
comment on function kentongan.unnote_payments(bigint, bigint, bigint) is
    'Takes back every payment on a loan that a reversed entry held (or only one member''s, where nobody had stood in): it stands again with minus, the loan runs, those who stood in miss their part again';

create or replace function kentongan.restructured_since(l kentongan.loans, p_entry bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.requests r
                    where r.group_id = l.group_id and r.kind = 'restructure' and r.status = 'posted'
                      and (r.details ->> 'loan')::int = l.number
                      and r.decided_at >= (select posted_at from kentongan.journal_entries where id = p_entry));
end $$;
comment on function kentongan.restructured_since(kentongan.loans, bigint) is 'Whether a loan got new terms after an entry';
