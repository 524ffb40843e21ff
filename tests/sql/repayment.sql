-- How payments on loans are divided, with figures reckoned by hand.
begin;
select * from no_plan();
select village.build();

create function pg_temp.on_day(p_day date) returns void
language sql as $$ update kentongan.clock set shift = (p_day + time '10:00') at time zone 'Asia/Jakarta' - now() $$;

-- A loan with its money out of the treasurer's cash; returns its id.
create function pg_temp.lend(p_number int, p_principal bigint, p_count int, p_unit text, p_permille int, p_method text) returns bigint
language plpgsql as $$
declare
    v_group bigint := village.group_id();
    v_loan bigint;
begin
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on, method, permille, unit)
    values (v_group, village.member(p_number), 1 + coalesce((select max(number) from kentongan.loans where group_id = v_group), 0),
            p_principal, kentongan.today(v_group), p_method, p_permille, p_unit)
    returning id into v_loan;
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    select v_loan, s.* from kentongan.make_schedule(p_principal, p_count, p_unit, p_permille, p_method, kentongan.today(v_group)) s;
    perform kentongan.post(v_group, 'loan', array[kentongan.account(v_group, 'loan', village.member(p_number), v_loan),
            kentongan.account(v_group, 'cash', village.member(1))], array[p_principal, -p_principal], village.member(1));
    return v_loan;
end $$;

-- Pays, as an entry of its own; returns "fine interest principal rest", and " settled".
create function pg_temp.pay(p_loan bigint, p_amount bigint) returns text
language plpgsql as $$
declare
    v_group bigint := village.group_id();
    p record;
    v_entry bigint;
    v_settled boolean;
begin
    select * into p from kentongan.loan_payment(p_loan, p_amount, kentongan.today(v_group));
    v_entry := kentongan.post(v_group, 'payment', p.accounts || kentongan.account(v_group, 'cash', village.member(1)),
                              p.amounts || p_amount, village.member(1));
    v_settled := kentongan.note_payment(p_loan, v_entry, kentongan.today(v_group), p.renteng, p.fine, p.interest, p.principal);
    perform set_config('village.entry', v_entry::text, true);
    return concat_ws(' ', p.fine, p.interest, p.principal, p.rest, case when v_settled then 'settled' end);
end $$;

-- Takes the last payment, or an earlier entry, back.
create function pg_temp.take_back(p_entry bigint default null) returns void
language plpgsql as $$
declare
    v_entry bigint := coalesce(p_entry, current_setting('village.entry')::bigint);
begin
    perform kentongan.unnote_payments(v_entry, kentongan.post(village.group_id(), 'reversal',
        (select array_agg(account_id order by line) from kentongan.postings where entry_id = v_entry),
        (select array_agg(-amount order by line) from kentongan.postings where entry_id = v_entry),
        village.member(1), p_reverses => v_entry));
end $$;

create function pg_temp.due(p_loan bigint) returns text
language sql as $$ select concat_ws(' ', fine, interest, principal) from kentongan.loan_due(p_loan, kentongan.today(village.group_id())) $$;

create function pg_temp.left_of(p_loan bigint) returns bigint
language sql as $$ select remaining from kentongan.loan_state where id = p_loan $$;

create function pg_temp.schedule(p_loan bigint) returns text
language sql as $$
    select string_agg(concat_ws(' ', to_char(s.due_on, 'DD/MM'), s.principal, s.interest), ', ' order by s.n)
      from kentongan.loans l join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version where l.id = p_loan
$$;

-- What must hold of every loan that runs: ledger, payments and schedule agree.
create function pg_temp.sound() returns text
language sql as $$
    select coalesce(string_agg(l.number::text, ',' order by l.number), 'sound')
      from kentongan.loans l
     where l.status = 'running'
       and (kentongan.balance(l.group_id, 'loan', l.member_id, l.id) <> l.principal - (kentongan.paid(l.id)).principal
            or (select sum(principal) from kentongan.loan_schedule s where s.loan_id = l.id and s.version = l.schedule_version) <> l.principal)
$$;

-- --- schedules ------------------------------------------------------------------------
select is(string_agg(concat_ws(' ', n, due_on, principal, interest), ', ' order by n),
          '1 2026-02-28 333334 15000, 2 2026-03-31 333333 15000, 3 2026-04-30 333333 15000', 'flat: the odd rupiah first, month ends from the start')
  from kentongan.make_schedule(1000000, 3, 'month', 15, 'flat', '2026-01-31');
select is(string_agg(concat_ws(' ', n, due_on, principal, interest), ', ' order by n),
          '1 2028-02-29 250000 15000, 2 2028-03-30 250000 11250, 3 2028-04-30 250000 7500, 4 2028-05-30 250000 3750',
          'declining: interest of what is left; a leap year')
  from kentongan.make_schedule(1000000, 4, 'month', 15, 'declining', '2028-01-30');
-- 520000 at 1.5 % a month: 7800 * 12 / 52 = 1800 a week.
select is(string_agg(concat_ws(' ', n, due_on, principal, interest), ', ' order by n), '1 2026-12-31 260000 1800, 2 2027-01-07 260000 1800',
          'weekly: every seven days, 12/52 of a month''s interest')
  from kentongan.make_schedule(520000, 2, 'week', 15, 'flat', '2026-12-24');
select is(string_agg(interest::text, ' ' order by n), '1800 900', 'weekly and declining')
  from kentongan.make_schedule(520000, 2, 'week', 15, 'declining', '2026-12-24');
select is(kentongan.period_interest(100, 15, 'month') || ' ' || kentongan.period_interest(99, 15, 'month') || ' '
          || kentongan.period_interest(33, 15, 'month') || ' ' || kentongan.period_interest(0, 15, 'week'), '2 1 0 0',
          '1.5 is 2, 1.485 is 1, 0.495 and nothing are 0');
select is((select sum(principal) || ' ' || count(*) from kentongan.make_schedule(7, 10, 'month', 0, 'flat', '2026-01-31')), '7 10',
          'less than a rupiah an instalment');

-- --- partial, exact, early, over: flat ------------------------------------------------
select pg_temp.on_day('2026-01-31');
create temp table l as select pg_temp.lend(23, 1000000, 4, 'month', 15, 'flat') as flat;
select is(pg_temp.due(flat), '0 15000 250000', 'the first instalment') from l;
select is(pg_temp.pay(flat, 10000), '0 10000 0 0', 'too little: interest first') from l;
select is(pg_temp.due(flat), '0 5000 250000', 'what is missing') from l;
select is(pg_temp.pay(flat, 255000), '0 5000 250000 0', 'the rest of it') from l;
select is(pg_temp.due(flat), '0 0 0', 'nothing more is due') from l;
select is(pg_temp.pay(flat, 300000), '0 0 300000 0', 'early: all of it principal') from l;
select pg_temp.on_day('2026-03-01');
-- Through the second instalment: 500000, paid 550000.
select is(pg_temp.due(flat), '0 15000 0', 'the second instalment''s interest; its principal is paid, and 50000 of the third') from l;
select is((select concat_ws(' ', n, due_on, due_principal, due_interest, remaining, instalments) from kentongan.loan_state where id = flat),
          '2 2026-03-31 0 15000 450000 4', 'which is the next instalment') from l;
select is(pg_temp.schedule(flat), '28/02 250000 15000, 31/03 250000 15000, 30/04 250000 15000, 31/05 250000 15000', 'flat: the schedule stays') from l;
select is(pg_temp.pay(flat, 500000), '0 15000 450000 35000 settled', 'more than everything: later interest is dropped, the rest is saved') from l;
select is(village.saved(23), 1035000::bigint, 'in sukarela');
select is((select concat_ws(' ', status, settled_on, kentongan.balance(group_id, 'interest')) from kentongan.loans, l where id = flat), 'settled 2026-03-01 30000',
          'the loan is over, two months'' interest earned');
select is((select n from kentongan.loan_state, l where id = flat), null, 'and has no next instalment');

-- --- a payment taken back ----------------------------------------------------------------
select pg_temp.take_back();
select is(pg_temp.due(flat), '0 15000 0', 'as before') from l;
select is((select concat_ws(' ', status, settled_on, schedule_version) from kentongan.loans, l where id = flat), 'running 1', 'the loan runs again');
select is(pg_temp.left_of(flat) || ' ' || village.saved(23), '450000 1000000', 'with what was left') from l;
select is((select string_agg(concat_ws(' ', fine, interest, principal), ', ' order by id) from kentongan.loan_payments, l where loan_id = flat),
          '0 10000 0, 0 5000 250000, 0 0 300000, 0 15000 450000, 0 -15000 -450000', 'both stand in the book');
select is(pg_temp.sound(), 'sound', 'and all agrees');

-- --- early: declining --------------------------------------------------------------------
select pg_temp.on_day('2026-01-31');
alter table l add column declining bigint;
update l set declining = pg_temp.lend(24, 1200000, 4, 'month', 20, 'declining');
select is(pg_temp.schedule(declining), '28/02 300000 24000, 31/03 300000 18000, 30/04 300000 12000, 31/05 300000 6000', 'declining') from l;
select is(pg_temp.pay(declining, 324000), '0 24000 300000 0', 'an instalment before its day') from l;
select is(pg_temp.schedule(declining), '28/02 300000 24000, 31/03 300000 18000, 30/04 300000 12000, 31/05 300000 6000', 'changes nothing') from l;
select is(pg_temp.pay(declining, 200000), '0 0 200000 0', 'and 200000 early') from l;
-- 700000 left over three: 233334 + 233333 + 233333; 2 % of 700000, 466666, 233333.
select is(pg_temp.schedule(declining), '28/02 500000 24000, 31/03 233334 14000, 30/04 233333 9333, 31/05 233333 4667',
          'is reckoned anew on what is left, same days') from l;
select is((select count(*)::int from kentongan.loan_schedule, l where loan_id = declining), 8, 'the old version stays');
select pg_temp.on_day('2026-03-31');
select is(pg_temp.due(declining), '0 14000 233334', 'the next is what it says') from l;
select is(pg_temp.sound(), 'sound', 'all agrees');
select pg_temp.take_back();
select is(pg_temp.schedule(declining), '28/02 300000 24000, 31/03 300000 18000, 30/04 300000 12000, 31/05 300000 6000',
          'taken back: the schedule of before') from l;
select is(pg_temp.due(declining), '0 18000 300000', 'and its interest') from l;
select is(pg_temp.pay(declining, 2000000), '0 18000 900000 1082000 settled', 'everything at once') from l;

select * from finish();
rollback;
