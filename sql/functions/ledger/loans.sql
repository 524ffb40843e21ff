create or replace view kentongan.loan_state with (security_invoker = true) as
select l.id, l.group_id, l.member_id, l.number, l.principal, l.fine_due, coalesce(a.balance, 0) as remaining,
       (select count(*) from kentongan.loan_schedule s where s.loan_id = l.id) as instalments,
       d.n, d.due_on, d.due_principal, d.interest as due_interest
  from kentongan.loans l
  left join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
  left join lateral (
        -- The instalment at which the schedule passes what has been repaid.
        select s.n, s.due_on, s.interest,
               least(s.principal, s.through - (l.principal - coalesce(a.balance, 0))) as due_principal
          from (select n, due_on, principal, interest, sum(principal) over (order by n) as through
                  from kentongan.loan_schedule where loan_id = l.id) s
         where s.through > l.principal - coalesce(a.balance, 0)
         order by s.n limit 1) d on true;
comment on view kentongan.loan_state is 'Each loan with what is left of it and its next instalment, reckoned from the ledger';
