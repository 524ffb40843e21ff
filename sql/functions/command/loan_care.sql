-- When a loan goes wrong: new terms (ULUR), others stand in (TANGGUNG), the loss
-- (HAPUSPINJAMAN). Always two officers; the member is told.

create or replace function kentongan.officers_loan(c kentongan.ctx, p_number int, out officer kentongan.ctx,
                                                   out loan kentongan.loans, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    officer := kentongan.as_acting_officer(c, '{ketua,sekretaris,bendahara}');
    if officer.member_id is null then
        refused := 'not_officer';
        return;
    end if;
    select * into loan from kentongan.loans l where l.group_id = officer.group_id and l.number = p_number;
    refused := case when loan.id is null then 'loan_unknown'
                    when loan.status <> 'running' then 'loan_over'
                    when loan.member_id = any (kentongan.members_of_phone(c.phone_id)) then 'loan_own' end;
    if refused is not null then
        perform kentongan.reply(officer, refused, coalesce(kentongan.member_params(loan.member_id), '{}')
            || jsonb_build_object('loan', p_number, 'status', loan.status));
    elsif kentongan.is_blocked(c) then
        refused := 'blocked';
    end if;
end $$;
comment on function kentongan.officers_loan(kentongan.ctx, int) is
    'The message as that of the officer who speaks, and the running loan of her group that she means, never her own or one of somebody on her phone; otherwise answers and says why not in refused';

create or replace function kentongan.care_params(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.request_params(r) || jsonb_build_object('when', kentongan.stamp(c.at, r.group_id),
        'officer', (select short_name from kentongan.members where id = r.first_officer),
        'second', (select short_name from kentongan.members where id = p_officer));
end $$;
comment on function kentongan.care_params(kentongan.ctx, kentongan.requests, bigint) is 'What texts say of something that two officers agreed on: officer and second';

-- --- new terms -------------------------------------------------------------------

create or replace function kentongan.cmd_ulur(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    x record;
    v_count int := (a ->> 'count')::int;
    v_unit text := a ->> 'unit';
    v_longest int;
    v_left bigint;
    v_interest bigint;
    v_terms jsonb;
begin
    select * into x from kentongan.officers_loan(c, (a ->> 'loan')::int);
    if x.refused is not null then
        return x.refused;
    end if;
    c := x.officer;
    v_unit := coalesce(v_unit, (x.loan).unit);
    v_longest := (select case v_unit when 'week' then loan_longest * 52 / 12 else loan_longest end from kentongan.groups where id = c.group_id);
    if v_count < 1 or v_count > v_longest then
        perform kentongan.reply(c, 'pinjam_long', jsonb_build_object('months', (select loan_longest from kentongan.groups where id = c.group_id)));
        return 'pinjam_long';
    end if;
    v_left := kentongan.balance(c.group_id, 'loan', (x.loan).member_id, (x.loan).id);
    if v_left = 0 then
        perform kentongan.reply(c, 'ulur_nothing', kentongan.member_params((x.loan).member_id) || jsonb_build_object('loan', (x.loan).number));
        return 'ulur_nothing';
    end if;
    v_interest := kentongan.interest_so_far((x.loan).id, kentongan.today(c.group_id));
    v_terms := kentongan.loan_terms(v_left, v_count, v_unit, (x.loan).permille, (x.loan).method, kentongan.today(c.group_id));
    perform kentongan.request_open(c, 'restructure', c.group_id, (x.loan).member_id, c.member_id, v_left,
        v_terms || jsonb_build_object('loan', (x.loan).number, 'instalment', (v_terms ->> 'instalment')::bigint + v_interest,
                                      'total_interest', (v_terms ->> 'total_interest')::bigint + v_interest));
    return 'ulur';
end $$;
comment on function kentongan.cmd_ulur(kentongan.ctx, jsonb) is
    'ULUR loan count [unit]: an officer wants new terms for what is left of a loan; a second one must agree';

create or replace function kentongan.interest_so_far(p_loan bigint, p_day date) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    v_overdue bigint;
    v_since date;
    s record;
begin
    select * into strict l from kentongan.loans where id = p_loan;
    select interest into v_overdue from kentongan.loan_overdue(p_loan, p_day + 1);
    select n, due_on, interest into s from kentongan.loan_schedule
     where loan_id = p_loan and version = l.schedule_version and due_on > p_day order by n limit 1;
    if not found then
        return v_overdue;
    end if;
    v_since := coalesce((select max(due_on) from kentongan.loan_schedule
                          where loan_id = p_loan and version = l.schedule_version and n < s.n), l.disbursed_on);
    -- Of the current period, the days that are over; less what was paid of it already.
    return v_overdue + greatest(0, round(s.interest::numeric * (p_day - v_since) / (s.due_on - v_since))::bigint
        - greatest(0, (kentongan.paid(p_loan)).interest - (kentongan.scheduled(p_loan, s.n - 1)).interest));
end $$;
comment on function kentongan.interest_so_far(bigint, date) is
    'Interest that is due and not paid, and the part of the current period''s that its days so far have earned: what new terms must not drop';

create or replace function kentongan.do_restructure(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    v_left bigint;
    v_params jsonb;
begin
    select * into strict l from kentongan.loans where group_id = r.group_id and number = (r.details ->> 'loan')::int for no key update;
    v_left := kentongan.balance(l.group_id, 'loan', l.member_id, l.id);
    if l.status <> 'running' or v_left = 0 then
        return kentongan.request_impossible(c, r, p_officer, 'nothing is left of the loan', 'loan_changed');
    end if;
    perform kentongan.charge_fines(l.id);
    perform kentongan.restructure(l, v_left, (r.details ->> 'count')::int, r.details ->> 'unit', kentongan.today(r.group_id));
    update kentongan.requests set final_amount = v_left where id = r.id returning * into r;
    select kentongan.care_params(c, r, p_officer) || jsonb_build_object('instalment', s.due_principal + s.due_interest,
               'due', to_char(s.due_on, 'DD/MM'))
      into v_params from kentongan.loan_state s where s.id = l.id;
    perform kentongan.reply(c, 'restructure_done', v_params);
    perform kentongan.tell(who, 'restructure_done', v_params, 'notice', c) from unnest(array[r.first_officer, r.member_id]) who
      where who is not null;
    return 'restructure';
end $$;
comment on function kentongan.do_restructure(kentongan.ctx, kentongan.requests, bigint) is
    'Gives what is left of a loan its new schedule from today; member and both officers read the new first instalment';

create or replace function kentongan.restructure(l kentongan.loans, p_left bigint, p_count int, p_unit text, p_day date) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_interest bigint := kentongan.interest_so_far(l.id, p_day);
    v_paid record;
    v_kept int;
    v_version int;
begin
    select * into v_paid from kentongan.paid(l.id);
    v_version := kentongan.new_version(l.id);
    -- What is past, as far as it was paid: it demands nothing any more.
    insert into kentongan.loan_schedule (loan_id, version, n, due_on, principal, interest)
    select l.id, v_version, s.n, s.due_on, greatest(0, least(s.principal, v_paid.principal - s.before)),
           greatest(0, least(s.interest, v_paid.interest - s.interest_before))
      from (select n, due_on, principal, interest, sum(principal) over (order by n) - principal as before,
                   sum(interest) over (order by n) - interest as interest_before
              from kentongan.loan_schedule where loan_id = l.id and version = l.schedule_version) s
     where s.due_on <= p_day or s.before < v_paid.principal or s.interest_before < v_paid.interest;
    get diagnostics v_kept = row_count;
    insert into kentongan.loan_schedule (loan_id, version, n, due_on, principal, interest)
    select l.id, v_version, v_kept + s.n, s.due_on, s.principal, s.interest + case when s.n = 1 then v_interest else 0 end
      from kentongan.make_schedule(p_left, p_count, p_unit, l.permille, l.method, p_day) s;
    update kentongan.loans set unit = p_unit where id = l.id;
end $$;
comment on function kentongan.restructure(kentongan.loans, bigint, int, text, date) is
    'A new version of the schedule: the past as it was paid, then what is left in new instalments; interest that is due already is in the first of them';

-- --- the loss ----------------------------------------------------------------------

create or replace function kentongan.cmd_hapuspinjaman(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    x record;
    v_left bigint;
begin
    select * into x from kentongan.officers_loan(c, (a ->> 'loan')::int);
    if x.refused is not null then
        return x.refused;
    end if;
    c := x.officer;
    v_left := kentongan.balance(c.group_id, 'loan', (x.loan).member_id, (x.loan).id);
    if v_left = 0 then
        perform kentongan.reply(c, 'ulur_nothing', kentongan.member_params((x.loan).member_id) || jsonb_build_object('loan', (x.loan).number));
        return 'ulur_nothing';
    end if;
    perform kentongan.request_open(c, 'write_off', c.group_id, (x.loan).member_id, c.member_id, v_left,
                                   jsonb_build_object('loan', (x.loan).number), null, coalesce(a ->> 'text', ''));
    return 'hapuspinjaman';
end $$;
comment on function kentongan.cmd_hapuspinjaman(kentongan.ctx, jsonb) is
    'HAPUSPINJAMAN loan reason: an officer gives up what is left of a loan; a second one must agree';

create or replace function kentongan.do_write_off(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    v_left bigint;
    v_entry bigint;
    v_params jsonb;
begin
    perform 1 from kentongan.members where id in (r.member_id, p_officer, r.first_officer) order by id for no key update;
    select * into strict l from kentongan.loans where group_id = r.group_id and number = (r.details ->> 'loan')::int for no key update;
    v_left := kentongan.balance(l.group_id, 'loan', l.member_id, l.id);
    if l.status <> 'running' or v_left <> r.final_amount then
        return kentongan.request_impossible(c, r, p_officer, 'another amount is left of the loan', 'loan_changed');
    end if;
    v_entry := kentongan.post(r.group_id, 'write_off',
        array[kentongan.account(r.group_id, 'loan_losses'), kentongan.account(r.group_id, 'loan', l.member_id, l.id)],
        array[v_left, -v_left], r.first_officer, p_officer, r.id, c.message_id, p_reason => r.reason);
    update kentongan.loans set status = 'written_off', settled_on = kentongan.today(r.group_id) where id = l.id;
    v_params := kentongan.care_params(c, r, p_officer);
    perform kentongan.receipt(who, v_entry, 'receipt_write_off', v_params, c)
       from unnest(array[p_officer, r.member_id, r.first_officer]) who;
    perform kentongan.tell_officers(r.group_id, '{pengawas}', r.member_id, 'write_off_supervisor', v_params, c);
    return 'write_off';
end $$;
comment on function kentongan.do_write_off(kentongan.ctx, kentongan.requests, bigint) is
    'Books what is left of a loan as lost; nothing may be paid on it any more. Member, officers and supervisors read why';

-- --- the others stand in (tanggung renteng) -----------------------------------------

create or replace function kentongan.contributors(p_group bigint, p_debtor bigint, p_amount bigint)
returns table (member_id bigint, share bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
        with others as (select m.id, row_number() over (order by m.number) as i from kentongan.members m
                         where m.group_id = p_group and m.status = 'active' and m.id <> p_debtor),
             parts as (select kentongan.largest_remainder(p_amount, (select array_agg(1::numeric) from others)) as p)
        select o.id, p.p[o.i] from others o, parts p where p.p[o.i] > 0 order by o.id;
end $$;
comment on function kentongan.contributors(bigint, bigint, bigint) is
    'Every other active member with an equal share of the amount; the odd rupiah by member number';

create or replace function kentongan.cmd_tanggung(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    x record;
    o record;
    v_overdue bigint;
    v_amount bigint;
    v_params jsonb;
    v_refused text;
begin
    select * into x from kentongan.officers_loan(c, (a ->> 'loan')::int);
    if x.refused is not null then
        return x.refused;
    end if;
    c := x.officer;
    perform kentongan.charge_fines((x.loan).id);
    select * into o from kentongan.loan_overdue((x.loan).id, kentongan.today(c.group_id));
    v_overdue := case when o.count > 0 then o.fine + o.interest + o.principal else 0 end;
    v_amount := coalesce((a ->> 'amount')::bigint, v_overdue);
    v_params := kentongan.member_params((x.loan).member_id) || jsonb_build_object('loan', (x.loan).number, 'amount', v_overdue);
    v_refused := case when v_overdue = 0 then 'tanggung_nothing'
                      when v_amount > v_overdue or v_amount < 1 then 'tanggung_large'
                      when not exists (select 1 from kentongan.contributors(c.group_id, (x.loan).member_id, v_amount)) then 'tanggung_nobody' end;
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, v_params);
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'stand_in', c.group_id, (x.loan).member_id, c.member_id, v_amount,
        (select jsonb_build_object('loan', (x.loan).number, 'count', count(*), 'share', max(share))
           from kentongan.contributors(c.group_id, (x.loan).member_id, v_amount)));
    return 'tanggung';
end $$;
comment on function kentongan.cmd_tanggung(kentongan.ctx, jsonb) is
    'TANGGUNG loan [amount]: the other members stand in for what is overdue, in equal shares paid to the officer who asks; a second one must agree';

create or replace function kentongan.do_stand_in(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    o record;
    p record;
    v_day date := kentongan.today(r.group_id);
    v_entry bigint;
begin
    perform 1 from kentongan.members where group_id = r.group_id and status = 'active' order by id for no key update;
    select * into strict l from kentongan.loans where group_id = r.group_id and number = (r.details ->> 'loan')::int for no key update;
    perform kentongan.charge_fines(l.id);
    select * into o from kentongan.loan_overdue(l.id, v_day);
    if l.status <> 'running' or o.count = 0 or o.fine + o.interest + o.principal < r.final_amount then
        return kentongan.request_impossible(c, r, p_officer, 'less is overdue by now', 'loan_changed');
    end if;
    select * into p from kentongan.loan_split(l.id, r.final_amount, v_day, true);
    v_entry := kentongan.post_stand_in(c, r, l, p.fine, p.interest, p.principal, p_officer);
    insert into kentongan.stand_ins (loan_id, entry_id, member_id, amount)
    select l.id, v_entry, s.member_id, s.share from kentongan.contributors(r.group_id, l.member_id, r.final_amount) s;
    perform kentongan.note_payment(l.id, v_entry, v_day, 0, p.fine, p.interest, p.principal, c);
    perform kentongan.stand_in_receipts(c, r, v_entry, p_officer);
    return 'stand_in';
end $$;
comment on function kentongan.do_stand_in(kentongan.ctx, kentongan.requests, bigint) is
    'The group pays what a member is behind: cash from the others, who get it back when the member pays; the member owes the group now';

create or replace function kentongan.post_stand_in(c kentongan.ctx, r kentongan.requests, l kentongan.loans, p_fine bigint,
                                                   p_interest bigint, p_principal bigint, p_officer bigint) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_accounts bigint[];
    v_amounts bigint[];
begin
    select array_agg(y.account), array_agg(y.amount) into v_accounts, v_amounts
      from (select kentongan.account(r.group_id, k.kind, k.member, k.loan) as account, k.amount
              from (values ('cash', r.cashier_id, null::bigint, r.final_amount), ('renteng', r.member_id, null, r.final_amount),
                           ('fines', null, null, -p_fine), ('interest', null, null, -p_interest),
                           ('loan', l.member_id, l.id, -p_principal)) as k(kind, member, loan, amount)
             where k.amount <> 0
            union all
            select kentongan.account(r.group_id, 'renteng_due', s.member_id), -s.share
              from kentongan.contributors(r.group_id, l.member_id, r.final_amount) s) y;
    return kentongan.post(r.group_id, 'stand_in', v_accounts, v_amounts, r.first_officer, p_officer, r.id, c.message_id);
end $$;
comment on function kentongan.post_stand_in(kentongan.ctx, kentongan.requests, kentongan.loans, bigint, bigint, bigint, bigint) is
    'Cash and the defaulter''s new debt against the loan''s arrears and what the others are owed';

create or replace function kentongan.stand_in_receipts(c kentongan.ctx, r kentongan.requests, p_entry bigint, p_officer bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.care_params(c, r, p_officer)
        || jsonb_build_object('debtor', (select short_name from kentongan.members where id = r.member_id),
                              'cashier', (select short_name from kentongan.members where id = r.cashier_id));
begin
    perform kentongan.reply(c, 'stand_in_done', v_params);
    perform kentongan.tell(r.first_officer, 'stand_in_done', v_params, 'notice', c);
    perform kentongan.receipt(r.member_id, p_entry, 'receipt_stand_in', v_params, c);
    perform kentongan.receipt(s.member_id, p_entry, 'receipt_share',
                              v_params || kentongan.member_params(s.member_id) || jsonb_build_object('amount', s.amount), c)
       from (select * from kentongan.stand_ins where entry_id = p_entry order by member_id) s;
end $$;
comment on function kentongan.stand_in_receipts(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Both officers, the defaulter and everyone who stood in read what it was and whom it is owed to';
